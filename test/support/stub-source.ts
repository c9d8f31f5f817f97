import type { AssetClass } from '../../src/data/domain/asset.js';
import { expectedOpens } from '../../src/data/domain/exchange-calendar.js';
import { intervals, type Candle } from '../../src/data/domain/candle.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceAbilities,
  SourceBudget,
  SourceIo,
  SourceOutcome,
} from '../../src/data/sources/market-data-source.js';
import type { EpochMs } from '../../src/shared/time.js';

type Answer = (
  request: CandleRequest,
  io: SourceIo,
) => SourceOutcome<CandleAnswer> | Promise<SourceOutcome<CandleAnswer>>;

/** Bars of a source that has all that the calendar expects, each with the close given for it. */
export const barsOf = (
  { asset, interval, from, to }: CandleRequest,
  closeOf: (openTime: EpochMs) => string = () => '100',
): Candle[] =>
  expectedOpens(asset.assetClass, interval, from ?? to - 100 * 86_400_000, to).map((openTime) => {
    const close = closeOf(openTime);
    return { openTime, open: close, high: close, low: close, close, volume: '1' };
  });

export const okWith = (candles: readonly Candle[], over: Partial<CandleAnswer> = {}): SourceOutcome<CandleAnswer> => ({
  kind: 'ok',
  value: {
    quoteCurrency: 'USD',
    adjustment: 'raw',
    candles,
    refused: [],
    rowsRefused: 0,
    actions: [],
    simulatedSeed: null,
    ...over,
  },
});

export interface StubSource extends MarketDataSource {
  readonly asked: CandleRequest[];
  /** What it says from now on. */
  answer: Answer;
}

/** A source without a network: it has all bars of the calendar until it is told otherwise. */
export function stubSource(id: string, offers: Partial<SourceAbilities> = {}, budget?: SourceBudget): StubSource {
  const classes: readonly AssetClass[] = ['crypto', 'stock', 'etf'];
  const asked: CandleRequest[] = [];
  return {
    id,
    offers: {
      candles: Object.fromEntries(classes.map((one) => [one, intervals])),
      bars: 'ohlc',
      quotes: [],
      basis: 'spot',
      historyDays: {},
      history: '',
      corporateActions: [],
      wholeHistory: false,
      publicationLagMs: 0,
      ...offers,
    },
    budget: budget ?? { key: `${id}@stub`, windows: [{ name: 'minute', limit: 1_000 }] },
    asked,
    answer: (request) => okWith(barsOf(request)),
    async candles(request, io) {
      asked.push(request);
      return this.answer(request, io);
    },
  };
}
