// What the record of signals costs to count: 20,000 of ten assets over five and a half years, nine of ten with both arms and
// settled, one of ten held back. Timed is what the thread does for an answer: both arms with intervals, Brier scores, both
// sequential tests with their bounds, the effect of the filter. And the verdict alone, which every new opinion asks for. Not
// timed: reading the database. Goal for the first, in processor time: 350 ms.
import { seededRandom } from '../src/risk/domain/random.js';
import { dayMs } from '../src/shared/time.js';
import { armedSignals, type RecordedSignal } from '../src/signals/domain/record/recorded-signal.js';
import { reportOf } from '../src/signals/domain/record/report.js';
import { verdictOf } from '../src/signals/domain/record/verdict.js';

const [count, rounds, goalMs] = [20_000, 9, 350];
const random = seededRandom(20261125);
const start = Date.parse('2020-01-01T00:00:00Z');

const recorded = Array.from({ length: count }, (_, at): RecordedSignal => {
  const asOf = start + Math.floor(at / 10) * dayMs;
  const rMultiple = random.uniform() < 0.35 ? 2 : -1;
  const confidencePoints = 50 + 5 * Math.floor(random.uniform() * 6);
  const isLowered = random.uniform() < 0.4;
  return {
    signalId: String(at).padStart(6, '0'),
    category: 'swing',
    asOf,
    riskRewardRatio: 2,
    strength: 'strong',
    baseline: { confidencePoints, sizeFraction: 0.2, isCancelled: false },
    heldBackBy: random.uniform() < 0.1 ? ['cooldown'] : [],
    opinion: {
      outcome: 'answered',
      late: false,
      calls: 1,
      milliseconds: 9_000,
      ai: {
        confidencePoints: confidencePoints + (isLowered ? -10 : 5),
        sizeFraction: isLowered ? 0.12 : 0.2,
        isCancelled: isLowered && random.uniform() < 0.1,
      },
      served: 'rules',
    },
    outcome: {
      exitedAt: asOf + (1 + Math.floor(random.uniform() * 20)) * dayMs,
      returnUsd: 0.05 * rMultiple,
      returnBtc: 0.04 * rMultiple,
      rMultiple,
    },
  };
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
function processorMs(work: () => unknown): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000;
}

const armed = armedSignals(recorded);
const until = start + 3_000 * dayMs;
const report = median(Array.from({ length: rounds }, () => processorMs(() => reportOf(recorded))));
const verdict = median(Array.from({ length: rounds }, () => processorMs(() => verdictOf(armed, 'swing', until))));
console.log(`report of ${count} signals: ${report.toFixed(0)} ms of processor time (goal ${goalMs})`);
console.log(`verdict alone: ${verdict.toFixed(0)} ms`);
if (report > goalMs) process.exitCode = 1;
