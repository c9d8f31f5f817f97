import { seededRandom } from '../../src/risk/domain/random.js';
import { estimateMeans } from '../../src/signals/domain/record/estimate.js';
import { decisive, evidenceOverTime, mirrored } from '../../src/signals/domain/record/sequential-test.js';
import { opposedTrades, type Market } from './market.js';

/** What came of one history, looked at after each trade that ended. */
export interface Trial {
  readonly trades: number;
  /** Trades that had ended when the test first said that opinions are worth following; null: it never did. */
  readonly above: number | null;
  /** The same of the opposite. */
  readonly below: number | null;
  /** When a t-test at the same level, looked at as often, first said either: it is not made for that. */
  readonly tTest: number | null;
}

/** Values before the t-test is looked at first. */
const firstLook = 20;
const normal975 = 1.959963984540054;

/** One seeded history of a market. */
export function trial(market: Market, seed: number): Trial {
  const trades = opposedTrades(market, seededRandom(seed));
  const values = Float64Array.from(trades, ({ closed }) => closed!.value);
  return {
    trades: trades.length,
    above: firstAt(evidenceOverTime(trades)),
    below: firstAt(evidenceOverTime(trades.map(mirrored))),
    tTest: firstByTTest(values),
  };
}

/** Whether the interval of the whole history, looked at once, holds 0. */
export function holdsNothing(market: Market, seed: number): boolean {
  const trades = opposedTrades(market, seededRandom(seed));
  const { low, high } = estimateMeans({ values: Float64Array.from(trades, ({ closed }) => closed!.value) }).values;
  return low !== null && high !== null && low <= 0 && 0 <= high;
}

function firstAt(evidence: Float64Array): number | null {
  const at = evidence.findIndex((one) => one >= decisive);
  return at < 0 ? null : at + 1;
}

function firstByTTest(values: Float64Array): number | null {
  let [sum, squares] = [0, 0];
  for (const [at, value] of values.entries()) {
    const n = at + 1;
    sum += value;
    squares += value ** 2;
    if (n < firstLook) continue;
    const deviation = Math.sqrt((squares - sum ** 2 / n) / (n - 1));
    if (Math.abs(sum / n) > (normal975 * deviation) / Math.sqrt(n)) return n;
  }
  return null;
}

/** What the opposed trades of a market bring on average, in R taken away, by many more histories than are tested. */
export function meanOf(market: Market, seed: number, histories: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < histories; i++) {
    for (const { closed } of opposedTrades(market, seededRandom(seed + i))) {
      sum += closed!.value;
      count++;
    }
  }
  return sum / count;
}
