import { readHistories, missingFolders, priceFolders, type History } from '../../tools/signals/histories.js';
import { intervalMs, type Candle, type Interval } from '../../src/data/domain/candle.js';
import type { AssetClass } from '../../src/data/domain/asset.js';
import { expectedOpens } from '../../src/data/domain/exchange-calendar.js';
import { seededRandom } from '../../src/risk/domain/random.js';
import { canonicalJson } from '../../src/shared/canonical-json.js';
import type { EpochMs } from '../../src/shared/time.js';
import { evaluateSignal, type SignalOutcome } from '../../src/signals/domain/evaluate-signal.js';
import { tradeCategories, type TradeCategory } from '../../src/shared/trade-categories.js';
import { categoryRules } from '../../src/signals/domain/trade-category.js';
import { defaultRiskBudget } from '../../src/signals/domain/trade-plan.js';
import { cutAt, instantsIn, poisonedAfter } from '../support/look-ahead.js';
import { sharedData, titleWith } from '../support/shared-data.js';

// What a signal rests on must not know what came after its as-of: not by a bar, not by a bit.

const seed = 20261125;
const dataSets = sharedData('datasets');
const missing = missingFolders(dataSets);

/** Bars of an asset and of bitcoin beside them. */
interface Beside {
  readonly assetClass: AssetClass;
  readonly bars: readonly Candle[];
  readonly bitcoin: readonly Candle[] | null;
}

const closesOf = (bars: readonly Candle[] | null) =>
  bars && new Map(bars.map(({ openTime, close }): [EpochMs, number] => [openTime, Number(close)]));

const signalOf = ({ assetClass, bars, bitcoin }: Beside, category: TradeCategory, interval: Interval, asOf: EpochMs) =>
  evaluateSignal({
    category,
    interval,
    assetClass,
    bars,
    bitcoin: closesOf(bitcoin),
    asOf,
    budget: defaultRiskBudget,
    costRate: 0.0015,
  });

/** The outcome of the whole history, when a history that ends at the as-of and one that is poisoned after it agree. */
function provenOutcome(whole: Beside, category: TradeCategory, interval: Interval, asOf: EpochMs): SignalOutcome {
  const over = (change: (bars: readonly Candle[]) => Candle[]): string => {
    const changed = { ...whole, bars: change(whole.bars), bitcoin: whole.bitcoin && change(whole.bitcoin) };
    return canonicalJson(signalOf(changed, category, interval, asOf));
  };
  const outcome = signalOf(whole, category, interval, asOf);
  const text = canonicalJson(outcome);
  expect(over((bars) => cutAt(bars, interval, asOf))).toBe(text);
  expect(over((bars) => poisonedAfter(bars, interval, asOf))).toBe(text);
  return outcome;
}

const isSignal = ({ kind }: SignalOutcome) => kind === 'signal';

/** A walk with volume on the open times that the class of the asset has. */
function walk(assetClass: AssetClass, interval: Interval, count: number, volatility: number, start: number): Candle[] {
  const random = seededRandom(start);
  const from = Date.parse('2021-01-04T00:00:00Z');
  const span = count * intervalMs[interval] * (assetClass === 'crypto' ? 1 : interval === '1d' ? 1.5 : 6);
  let price = 1_000;
  return expectedOpens(assetClass, interval, from, from + span).map((openTime) => {
    const open = price;
    // drifts that last, so that trends come and go
    price *= Math.exp(volatility * (random.normal() + 0.4 * Math.sin(openTime / (40 * intervalMs[interval]))));
    const [high, low] = [Math.max(open, price) * (1 + volatility / 2), Math.min(open, price) * (1 - volatility / 2)];
    const [a, b, c, d] = [open, high, low, price].map((value) => value.toFixed(8)) as [string, string, string, string];
    return { openTime, open: a, high: b, low: c, close: d, volume: (1 + random.uniform()).toFixed(6) };
  });
}

test.each(
  tradeCategories.flatMap((category) => categoryRules[category].intervals.map((one) => [category, one] as const)),
)('a %s signal of made-up %s bars is the same whatever comes after its as-of, at 60 instants', (category, interval) => {
  const warm = categoryRules[category].minimumBars;
  const volatility = 0.25 * Math.sqrt(intervalMs[interval] / (365 * intervalMs['1d'])) * 2;
  const bitcoin = walk('crypto', interval, warm + 400, volatility, 1);
  const bars = walk('crypto', interval, warm + 400, volatility, 2);
  const instants = instantsIn(bars, { interval, warm, count: 60 }, seededRandom(seed));
  const whole = { assetClass: 'crypto', bars, bitcoin } as const;
  const outcomes = instants.map((asOf) => provenOutcome(whole, category, interval, asOf));
  expect(outcomes.filter(isSignal).length).toBeGreaterThan(5);
});

test('the poison is strong: a day later, when it counts, nearly every outcome is another', () => {
  const bars = walk('crypto', '1d', 600, 0.03, 2);
  const whole = { assetClass: 'crypto', bars, bitcoin: null } as const;
  const instants = instantsIn(bars.slice(0, -10), { interval: '1d', warm: 80, count: 60 }, seededRandom(seed));
  const changed = instants.filter((asOf) => {
    const poisoned = { ...whole, bars: poisonedAfter(bars, '1d', asOf) };
    const later = asOf + intervalMs['1d'];
    return (
      canonicalJson(signalOf(poisoned, 'swing', '1d', later)) !== canonicalJson(signalOf(whole, 'swing', '1d', later))
    );
  });
  expect(changed.length).toBeGreaterThan(55);
});

(missing.length === 0 ? describe : describe.skip)(
  titleWith('of real histories', missing.length === 0, missing.join(', ')),
  () => {
    /** Folder, category, as-of points, and the window in which they lie. No recorded minutes are without holes. */
    const runs = [
      ['crypto/daily/cmc-usd', 'swing', 200, '2015-08-08', '2021-07-07'],
      ['crypto/daily/cmc-usd', 'long_term', 200, '2015-08-08', '2021-07-07'],
      ['stocks/daily/yahoo-adjusted', 'swing', 200, '2019-01-01', '2026-01-01'],
      ['stocks/daily/yahoo-adjusted', 'long_term', 200, '2019-01-01', '2026-01-01'],
      ['crypto/hourly', 'intraday', 200, '2017-08-17', '2026-01-01'],
      ['stocks/intraday', 'intraday', 50, '2025-05-19', '2025-07-15'],
    ] as const;
    const read = new Map<string, History[]>();
    const historiesOf = async (folder: string) => {
      const known =
        read.get(folder) ??
        (await readHistories(
          dataSets,
          priceFolders.find((one) => one.folder === folder)!,
        ));
      read.set(folder, known);
      return known;
    };

    test.each(runs)(
      '%s, %s: %i seeded as-of points are bit-equal',
      async (folder, category, count, first, last) => {
        const random = seededRandom(seed);
        const { minimumBars, lookbackBars } = categoryRules[category];
        const histories = (await historiesOf(folder)).map(({ asset, series, bars }) => {
          const [from, to] = [Date.parse(first), Date.parse(last)];
          const begin = bars.findIndex(({ openTime }) => openTime >= from);
          return {
            asset,
            interval: series.interval,
            bars: bars.filter(({ openTime }) => openTime < to),
            warm: Math.max(begin, minimumBars),
          };
        });
        const long = histories.filter(({ bars, warm }) => bars.length > warm + 20);
        const bitcoin = histories.find(({ asset }) => asset.id === 'BTC')?.bars ?? null;
        let signals = 0;
        for (let point = 0; point < count; point++) {
          const { asset, interval, bars, warm } = long[Math.floor(random.uniform() * long.length)]!;
          const [asOf] = instantsIn(bars, { interval, warm, count: 1 }, random);
          // what the rules look back on, and as much after it
          const reach = 3 * lookbackBars * intervalMs[interval];
          const near = (all: readonly Candle[]) => all.filter(({ openTime }) => Math.abs(openTime - asOf!) < reach);
          const beside = asset.id === 'BTC' ? null : bitcoin;
          const whole = { assetClass: asset.assetClass, bars: near(bars), bitcoin: beside && near(beside) };
          if (isSignal(provenOutcome(whole, category, interval, asOf!))) signals += 1;
        }
        expect(signals).toBeGreaterThan(count / 10);
      },
      60_000,
    );
  },
);
