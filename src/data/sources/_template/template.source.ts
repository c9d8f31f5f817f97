import { checkCandles, type OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type RefusedRow } from '../../domain/candle.js';
import { badAnswer, jsonOf, statusOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceFamily,
  SourceIo,
  SourceOutcome,
} from '../market-data-source.js';
import { barRow, barsBody } from './template.payloads.js';

class TemplateSource implements MarketDataSource {
  readonly id = 'template';
  readonly offers = {
    candles: ['1d'],
    assetClasses: ['crypto'],
    quotes: false,
    history: 'how far back',
    wholeHistory: false,
    publicationLagMs: 0,
  } as const;
  readonly limits = { requestsPerMinute: 60 };

  constructor(private readonly baseUrl: string) {}

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    // the registry of assets knows how each venue spells them: add the venue there, then `spellingAt` finds it
    const response = await io.get(new URL(`/bars/${encodeURIComponent(request.assetId)}`, this.baseUrl));
    if (response.kind === 'unavailable') return response;
    if (response.status === 404) return { kind: 'unknownAsset' };
    const general = statusOutcome(response, io.now());
    if (general) return general;
    const json = jsonOf(response.body);
    if (json.kind !== 'json') return json;
    const body = barsBody.safeParse(json.value);
    if (!body.success) return badAnswer(`status ${response.status} without bars`);
    if (body.data.bars.length === 0) return { kind: 'empty' };

    const malformed: RefusedRow[] = [];
    const offered: OfferedCandle[] = [];
    body.data.bars.forEach((row, i) => {
      const where = `template bars[${i}]`;
      const parsed = barRow.safeParse(row);
      if (!parsed.success) return malformed.push({ where, reason: parsed.error.issues[0]?.message ?? 'is no bar' });
      const [openTime, open, high, low, close, volume] = parsed.data;
      // the running bar is no history
      if (openTime + intervalMs[request.interval] > Math.min(request.to, io.now())) return;
      if (openTime >= (request.from ?? -Infinity)) offered.push({ where, openTime, open, high, low, close, volume });
    });
    const { candles, refused: disbelieved } = checkCandles(offered, request.interval, io.now());
    const refused = [...malformed, ...disbelieved];
    if (candles.length === 0)
      return refused[0] ? badAnswer(`all bars refused: ${refused[0].reason}`) : { kind: 'empty' };
    return {
      kind: 'ok',
      value: {
        quoteCurrency: 'USD',
        adjustment: 'raw',
        candles,
        refused,
        rowsRefused: refused.length,
        simulatedSeed: response.simulatedSeed,
      },
    };
  }
}

/** One line in the registry makes it a source; its settings join `SourceSettings` and the configuration. */
export const template: SourceFamily = {
  name: 'template',
  create: () => [new TemplateSource('https://example.org')],
};
