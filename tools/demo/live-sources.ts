import { messageOf } from '../local/project.mjs';

const withinMs = 5_000;

export interface Probe {
  source: 'binance' | 'yahoofinance';
  reachable: boolean;
  detail: string;
}

/** Asks both live sources for one small thing, at the same time and at most five seconds in all. */
export function probeLiveSources(env: NodeJS.ProcessEnv): Promise<Probe[]> {
  const binance = env.BINANCE_BASE_URL || 'https://data-api.binance.vision';
  const yahoo = env.YAHOOFINANCE_BASE_URL || 'https://query1.finance.yahoo.com';
  return Promise.all([
    probe('binance', new URL('/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=1', binance), Array.isArray),
    probe('yahoofinance', new URL('/v8/finance/chart/SPY?range=5d&interval=1d', yahoo), hasChart),
  ]);
}

const hasChart = (body: unknown): boolean => typeof body === 'object' && body !== null && 'chart' in body;

async function probe(source: Probe['source'], url: URL, isAnswer: (body: unknown) => boolean): Promise<Probe> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(withinMs),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) return { source, reachable: false, detail: `status ${response.status}` };
    // a captive portal answers 200 with a page of its own
    const body: unknown = await response.json();
    const reachable = isAnswer(body);
    return { source, reachable, detail: reachable ? 'answers' : 'answers something else than prices' };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { source, reachable: false, detail: messageOf(cause) || 'cannot be reached' };
  }
}
