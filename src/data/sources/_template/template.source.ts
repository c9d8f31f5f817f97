import { z } from 'zod';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, statusOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceAbilities,
  SourceBudget,
  SourceIo,
  SourceOutcome,
} from '../market-data-source.js';
import { apiKey, baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import { barRow, barsBody } from './template.payloads.js';

class TemplateSource implements MarketDataSource {
  readonly id = 'template';
  /** What it really has: collection, API and documentation read this table. */
  readonly offers: SourceAbilities = {
    candles: { crypto: ['1d'] },
    bars: 'ohlc',
    quotes: [],
    basis: 'spot',
    historyDays: {},
    history: 'how far back',
    corporateActions: [],
    wholeHistory: false,
    publicationLagMs: 0,
  };
  readonly budget: SourceBudget;

  constructor(
    private readonly baseUrl: string,
    private readonly key: string | undefined,
    perMinute: number,
  ) {
    this.budget = budgetOf(this.id, baseUrl, key, [{ name: 'minute', limit: perMinute }]);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    if (request.interval !== '1d') return { kind: 'notOffered', why: `has no bars of ${request.interval}` };
    if (this.key === undefined) return { kind: 'missingKey', variable: 'TEMPLATE_API_KEY' };
    // the registry of assets knows how each venue spells them: add the venue there, then `spellingAt` finds it
    const url = new URL(`/bars/${encodeURIComponent(request.asset.id)}`, this.baseUrl);
    const response = await io.get(url, { headers: { authorization: `Bearer ${this.key}` } });
    if (response.kind !== 'response') return response;
    if (response.status === 404) return { kind: 'unknownAsset' };
    const general = statusOutcome(response, io.now());
    if (general) return general;
    const json = jsonOf(response.body);
    if (json.kind !== 'json') return json;
    const body = barsBody.safeParse(json.value);
    if (!body.success) return badAnswer(`status ${response.status} without bars`);

    const malformed: RefusedRow[] = [];
    const offered: OfferedCandle[] = [];
    body.data.bars.forEach((row, i) => {
      const where = `template bars[${i}]`;
      const parsed = barRow.safeParse(row);
      if (!parsed.success) return malformed.push({ where, reason: parsed.error.issues[0]?.message ?? 'is no bar' });
      const [openTime, open, high, low, close, volume] = parsed.data;
      offered.push({ where, openTime, open, high, low, close, volume });
    });
    const { simulatedSeed } = response;
    // the window, the running bar, the grid, wrong numbers and the order are looked at there, for all sources alike
    return candleAnswer(
      { quoteCurrency: 'USD', adjustment: 'raw', offered, malformed, simulatedSeed },
      request,
      io.now(),
    );
  }
}

/** One line in the registry makes it a source. */
export const template = sourceFamily(
  'template',
  z.object({
    TEMPLATE_BASE_URL: baseUrl('https://example.org'),
    TEMPLATE_API_KEY: apiKey,
    TEMPLATE_REQUESTS_PER_MINUTE: planLimit(60),
  }),
  (env) => [new TemplateSource(env.TEMPLATE_BASE_URL, env.TEMPLATE_API_KEY, env.TEMPLATE_REQUESTS_PER_MINUTE)],
);
