// What the record of signals costs to count: 20,000 of ten assets over five and a half years, nine of ten with both arms and
// settled, one of ten held back. Timed is what the thread does for an answer: both arms with intervals, Brier scores, both
// sequential tests with their bounds, the effect of the filter, the verdict. And the verdict alone, which every new opinion asks for. Not
// timed: reading the database. Goal for the first, in processor time: 400 ms.
import { seededRandom } from '../src/risk/domain/random.js';
import { dayMs } from '../src/shared/time.js';
import { recordedFrom } from '../src/signals/domain/record/recorded-from.js';
import { armedSignals } from '../src/signals/domain/record/recorded-signal.js';
import { reportOf } from '../src/signals/domain/record/report.js';
import { verdictOf } from '../src/signals/domain/record/verdict.js';

const [count, rounds, goalMs] = [20_000, 9, 400];
const random = seededRandom(20261125);
const start = Date.parse('2020-01-01T00:00:00Z');

/** As the database writes them, in the order of `recordColumns`. */
const signals = JSON.stringify(
  Array.from({ length: count }, (_, at) => {
    const asOf = start + Math.floor(at / 10) * dayMs;
    const rMultiple = random.uniform() < 0.35 ? 2 : -1;
    const points = 50 + 5 * Math.floor(random.uniform() * 6);
    const isLowered = random.uniform() < 0.4;
    const heldBackBy = random.uniform() < 0.1 ? ['cooldown'] : null;
    const isCancelled = isLowered && random.uniform() < 0.1;
    const exitedAt = asOf + (1 + Math.floor(random.uniform() * 20)) * dayMs;
    return [
      ...[String(at).padStart(6, '0'), 'swing', asOf, 2, 'strong', points, 0.2, heldBackBy],
      ...['answered', false, 1, 9_000, points + (isLowered ? -10 : 5), isLowered ? 0.12 : 0.2, isCancelled, 'rules'],
      ...[exitedAt, 0.05 * rMultiple, 0.04 * rMultiple, rMultiple],
    ];
  }),
);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
function processorMs(work: () => unknown): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000;
}

const knownAt = start + 3_000 * dayMs;
const input = { signals, history: signals, category: 'swing', knownAt } as const;
const verdictAlone = () => verdictOf(armedSignals(recordedFrom(signals)), 'swing', knownAt);
const report = median(Array.from({ length: rounds }, () => processorMs(() => reportOf(input))));
const verdict = median(Array.from({ length: rounds }, () => processorMs(verdictAlone)));
console.log(`report of ${count} signals: ${report.toFixed(0)} ms of processor time (goal ${goalMs})`);
console.log(`verdict alone: ${verdict.toFixed(0)} ms`);
if (report > goalMs) process.exitCode = 1;
