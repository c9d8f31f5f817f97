import type { Candidate } from '../../../../../src/signals/domain/held-back.js';
import { heldBackBy } from '../../../../../src/signals/domain/held-back.js';
import { restMs } from '../../../../../src/signals/domain/protections/cooldown.js';
import { drawdownParameters } from '../../../../../src/signals/domain/protections/max-drawdown.js';
import type { PastSignal, Situation } from '../../../../../src/signals/domain/protections/protection.js';
import { protectionChecks } from '../../../../../src/signals/domain/protections/registry.js';
import type { TradeSignal } from '../../../../../src/signals/domain/evaluate-signal.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { dayMs, hourMs } from '../../../../../src/shared/time.js';
import type { TradeCategory } from '../../../../../src/shared/trade-categories.js';

/** A Wednesday in winter: New York trades from 14:30 to 21:00 UTC. */
const noon = Date.parse('2026-01-14T17:00:00Z');

const candidate = (over: Partial<Candidate> = {}, category: TradeCategory = 'swing'): Candidate => ({
  assetId: 'BTC' as AssetId,
  assetClass: 'crypto',
  signal: { category, direction: 'buy' } as TradeSignal,
  series: {
    assetId: 'BTC' as AssetId,
    interval: '1d',
    source: 'binance',
    quoteCurrency: 'USDT',
    adjustment: 'raw',
  },
  simulated: false,
  ...over,
});
const ended = (over: Partial<PastSignal> = {}): PastSignal => ({
  assetId: 'BTC' as AssetId,
  category: 'swing',
  reason: 'stop_loss',
  exitedAt: noon - hourMs,
  returnUsd: -0.05,
  positionSizePct: 0.2,
  simulated: false,
  ...over,
});
const held = (one: Candidate, past: PastSignal[] = [], over: Partial<Situation> = {}) =>
  heldBackBy(one, protectionChecks({ asOf: noon, past, disputed: () => [], ...over }));

test('nothing holds back a signal without a past and with trusted bars', () => {
  expect(held(candidate())).toBeNull();
});

describe('cooldown', () => {
  test('an asset rests in the category of its stop, and as long as that category wants', () => {
    expect(held(candidate(), [ended()])).toEqual([
      {
        by: 'cooldown',
        reason:
          'the last swing signal was stopped at 2026-01-14T16:00:00Z; the next comes from 2026-01-17T16:00:00Z on',
      },
    ]);
    expect(held(candidate(), [ended({ exitedAt: noon - restMs.swing + 1 })])).not.toBeNull();
    expect(held(candidate(), [ended({ exitedAt: noon - restMs.swing })])).toBeNull();
  });

  test.each<[string, Partial<PastSignal>]>([
    ['of another asset', { assetId: 'ETH' as AssetId }],
    ['of another category', { category: 'intraday' }],
    ['in a simulated world', { simulated: true }],
    ['that was a profit', { reason: 'take_profit' }],
    ['that was an expiry', { reason: 'expired' }],
  ])('an end %s is no reason to rest', (_name, over) => {
    expect(held(candidate(), [ended(over)])).toBeNull();
  });
});

describe('low profit', () => {
  const losing = (count: number, over: Partial<PastSignal> = {}) =>
    Array.from({ length: count }, (_, i) =>
      ended({ reason: 'expired', returnUsd: -0.01, exitedAt: noon - (40 - i) * dayMs, positionSizePct: 0.01, ...over }),
    );

  test('an asset that lost on average rests, from four signals on', () => {
    expect(held(candidate(), losing(3))).toBeNull();
    expect(held(candidate(), losing(4))).toEqual([
      { by: 'low_profit', reason: 'the last 4 swing signals returned -1 % on average' },
    ]);
    expect(held(candidate(), [...losing(3), ...losing(1, { returnUsd: 0.03 })])).toBeNull();
  });

  test('only the newest ten count, and none that is long ago', () => {
    const won = losing(10, { returnUsd: 0.01 });
    expect(held(candidate(), [...losing(10), ...won])).toBeNull();
    expect(held(candidate(), losing(4, { exitedAt: noon - 6 * 28 * dayMs }))).toBeNull();
  });

  test('what other assets and categories lost does not count', () => {
    expect(held(candidate(), [...losing(3), ...losing(3, { assetId: 'ETH' as AssetId })])).toBeNull();
    expect(held(candidate(), [...losing(3), ...losing(3, { category: 'long_term' })])).toBeNull();
  });
});

describe('max drawdown', () => {
  // 20 % of the portfolio each, and 12 % lost of it
  const losses = (count: number, over: Partial<PastSignal> = {}) =>
    Array.from({ length: count }, (_, i) =>
      ended({
        assetId: `A${i}` as AssetId,
        reason: 'stop_loss',
        returnUsd: -0.12,
        exitedAt: noon - (20 - i) * dayMs,
        ...over,
      }),
    );

  test('all assets rest when recent signals together cost too much', () => {
    expect(held(candidate(), losses(5))).toEqual([
      {
        by: 'max_drawdown',
        reason: 'the 5 signals that ended within 30 days cost the portfolio 11.44 % from its peak, more than 10 %',
      },
    ]);
    expect(held(candidate(), losses(4))).toBeNull();
    expect(held(candidate(), losses(5, { positionSizePct: 0.1 }))).toBeNull();
  });

  test('what ended before the lookback, or in another world, does not count', () => {
    expect(held(candidate(), losses(5, { exitedAt: noon - drawdownParameters.lookbackMs }))).toBeNull();
    expect(held(candidate(), losses(5, { simulated: true }))).toBeNull();
  });
});

test('a signal whose newest bars are disputed is held back', () => {
  const disputed = () => [Date.parse('2026-01-13T00:00:00Z')];
  expect(held(candidate(), [], { disputed })).toEqual([
    {
      by: 'disputed_data',
      reason: 'sources disagree about the bar of 2026-01-13T00:00:00Z, among the last 5',
    },
  ]);
});

describe('market closed', () => {
  const stock = (category: TradeCategory) => candidate({ assetClass: 'etf' }, category);
  const at = (text: string, category: TradeCategory = 'intraday') =>
    held(stock(category), [], { asOf: Date.parse(text) })?.map(({ reason }) => reason) ?? null;

  test('trades within the day need an open exchange', () => {
    expect(at('2026-01-14T14:29:59Z')).toEqual(['the exchange is closed at 2026-01-14T14:29:59Z']);
    expect(at('2026-01-14T14:30:00Z')).toBeNull();
    expect(at('2026-01-14T21:00:00Z')).toEqual(['the exchange is closed at 2026-01-14T21:00:00Z']);
    expect(at('2026-01-17T17:00:00Z')).toEqual(['the exchange is closed at 2026-01-17T17:00:00Z']);
    expect(at('2026-01-19T17:00:00Z')).toEqual(['the exchange is closed at 2026-01-19T17:00:00Z']);
  });

  test('and one that is open for as long as the shortest trade', () => {
    expect(at('2026-01-14T20:45:00Z')).toBeNull();
    expect(at('2026-01-14T20:45:01Z')).toEqual([
      'the exchange closes at 2026-01-14T21:00:00Z, before the 15 minutes of the shortest intraday trade are over',
    ]);
    expect(at('2026-01-14T20:59:30Z', 'scalp')).toBeNull();
    expect(at('2026-01-14T20:59:31Z', 'scalp')).not.toBeNull();
  });

  test('longer trades and coins do not wait for it', () => {
    expect(at('2026-01-17T17:00:00Z', 'swing')).toBeNull();
    expect(held(candidate({}, 'scalp'), [], { asOf: Date.parse('2026-01-17T17:00:00Z') })).toBeNull();
  });
});

test('everything that speaks against a signal is told', () => {
  const past = Array.from({ length: 5 }, (_, i) => ended({ exitedAt: noon - (6 - i) * hourMs, returnUsd: -0.12 }));
  expect(held(candidate(), past)?.map(({ by }) => by)).toEqual(['cooldown', 'low_profit', 'max_drawdown']);
});
