import type { AssetClass } from '../../src/data/domain/asset.js';
import type { BudgetWindow } from '../../src/platform/outbound/budget.js';
import type {
  MarketDataSource,
  SourceAbilities,
  SourceIo,
  SourceResponse,
} from '../../src/data/sources/market-data-source.js';

const offers: SourceAbilities = {
  candles: { crypto: ['1d'], stock: ['1d'] },
  bars: 'ohlc',
  quotes: ['crypto', 'stock'] satisfies AssetClass[],
  basis: 'spot',
  historyDays: {},
  history: 'since the listing',
  corporateActions: [],
  wholeHistory: false,
  publicationLagMs: 0,
};

/** A source with an account of its own, which nobody asks over a network. */
export const aSource = (
  key: string,
  windows: readonly BudgetWindow[],
  over: Partial<MarketDataSource> = {},
): MarketDataSource => ({
  id: key,
  offers,
  budget: { key: `${key}@test`, windows },
  candles: () => Promise.resolve({ kind: 'empty' }),
  ...over,
});

export const anAnswer = (body = '{}', status = 200): SourceResponse => ({
  kind: 'response',
  status,
  body,
  header: () => undefined,
  simulatedSeed: null,
});

/** An IO whose every request is answered by `answer`. */
export const ioThat = (
  answer: (url: URL) => SourceResponse | Promise<SourceResponse> = () => anAnswer(),
  signal: AbortSignal = new AbortController().signal,
): SourceIo => ({ signal, now: () => Date.now(), get: async (url) => answer(url) });
