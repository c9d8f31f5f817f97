// What reading and checking a source's answer costs beyond plain JSON.parse of the same body, in the same run:
//   node dist/bench/source-parse.bench.js [rounds]
import { seedAssets } from '../src/data/domain/seed-assets.js';
import { binance } from '../src/data/sources/binance/binance.source.js';
import type { SourceFamily, SourceIo } from '../src/data/sources/market-data-source.js';
import { yahoofinance } from '../src/data/sources/yahoofinance/yahoofinance.source.js';
import { dayMs, hourMs, type EpochMs } from '../src/shared/time.js';

interface Case {
  readonly name: string;
  readonly family: SourceFamily;
  readonly asset: string;
  readonly body: string;
  readonly bars: number;
  /** Goal: a fraction of the speed of JSON.parse. */
  readonly goal: number;
}

const now = Date.parse('2025-06-02T09:00:00Z');
/** A Sunday: 2025-06-01. */
const lastDay = Math.floor(now / dayMs) * dayMs - dayMs;

/** Prices of a quiet walk, always within their bar. */
function prices(i: number) {
  const open = 30_000 + 5_000 * Math.sin(i / 50);
  const close = 30_000 + 5_000 * Math.sin((i + 1) / 50);
  return { open, high: Math.max(open, close) * 1.01, low: Math.min(open, close) * 0.99, close };
}

/** A page as it comes: 999 days, so that no second page is asked for. */
function binancePage(): Case {
  const bars = 999;
  const rows = Array.from({ length: bars }, (_, i) => {
    const openTime = lastDay - (bars - 1 - i) * dayMs;
    const { open, high, low, close } = prices(i);
    const [o, h, l, c] = [open, high, low, close].map((price) => price.toFixed(8));
    const volume = (12_345.678 + i).toFixed(8);
    return [openTime, o, h, l, c, volume, openTime + dayMs - 1, volume, 123_456, volume, volume, '0'];
  });
  return { name: 'binance, a page', family: binance, asset: 'BTC', body: JSON.stringify(rows), bars, goal: 0.15 };
}

/** Twenty years of a fund as the chart prints them: 32-bit floats with all the digits of a double. */
function yahooChart(): Case {
  const days: EpochMs[] = [];
  for (let day = lastDay; days.length < 5_000; day -= dayMs) {
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6) days.unshift(day);
  }
  const column = (field: keyof ReturnType<typeof prices>) =>
    days.map((_, i) => Math.fround(Number((prices(i)[field] / 100).toFixed(2))));
  const result = {
    meta: {
      currency: 'USD',
      symbol: 'SPY',
      instrumentType: 'ETF',
      exchangeTimezoneName: 'America/New_York',
      regularMarketTime: days.at(-1)! / 1_000 + 20 * 3_600,
      regularMarketPrice: 300,
      priceHint: 2,
      dataGranularity: '1d',
    },
    timestamp: days.map((day) => (day + 13.5 * hourMs) / 1_000),
    indicators: {
      quote: [
        {
          open: column('open'),
          high: column('high'),
          low: column('low'),
          close: column('close'),
          volume: days.map((_, i) => 40_000_000 + i),
        },
      ],
      adjclose: [{ adjclose: column('close') }],
    },
  };
  const body = JSON.stringify({ chart: { result: [result], error: null } });
  return { name: 'yahoofinance, 20 years', family: yahoofinance, asset: 'SPY', body, bars: days.length, goal: 0.06 };
}

async function measure({ name, family, asset: id, body, bars, goal }: Case, rounds: number): Promise<boolean> {
  const [source] = family.open({});
  const asset = seedAssets.find((one) => one.id === id);
  if (!source || !asset) throw new Error(`no source or asset for ${name}`);
  const io: SourceIo = {
    signal: new AbortController().signal,
    now: () => now,
    get: () => Promise.resolve({ kind: 'response', status: 200, body, header: () => undefined, simulatedSeed: null }),
  };
  const request = { asset, interval: '1d', from: null, to: now } as const;
  const ways: Record<string, () => Promise<unknown>> = {
    'JSON.parse': () => Promise.resolve(JSON.parse(body)),
    adapter: async () => {
      const outcome = await source.candles(request, io);
      if (outcome.kind !== 'ok' || outcome.value.candles.length !== bars) {
        throw new Error(`${name}: ${JSON.stringify(outcome).slice(0, 200)}`);
      }
    },
  };
  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      const begin = performance.now();
      await run();
      best[way] = Math.min(best[way] ?? Infinity, performance.now() - begin);
    }
  }
  const [plain, adapter] = [best['JSON.parse']!, best['adapter']!];
  const ratio = plain / adapter;
  const rate = Math.round(bars / (adapter / 1_000)).toLocaleString('en');
  console.log(`${name}: ${bars} bars, ${(body.length / 1_024).toFixed(0)} kB, best of ${rounds} rounds`);
  console.log(`  JSON.parse ${plain.toFixed(2)} ms, adapter ${adapter.toFixed(2)} ms (${rate} bars a second)`);
  console.log(`  ratio ${ratio.toFixed(3)}  goal ${goal} ${ratio >= goal ? 'met' : 'MISSED'}`);
  return ratio >= goal;
}

const rounds = Number(process.argv[2] ?? 60);
for (const one of [binancePage(), yahooChart()]) if (!(await measure(one, rounds))) process.exitCode = 1;
