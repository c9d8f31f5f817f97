// Indicators against the libraries of the field, on the same bars in the same run, each result compared:
//   node dist/bench/indicators.bench.js [bars] [rounds]
import indicatorts from 'indicatorts';
import technicalindicators from 'technicalindicators';
import { EMA, MACD, RSI } from 'trading-signals';
import { seededRandom } from '../src/risk/domain/random.js';
import type { Bar, BarColumns } from '../src/signals/domain/indicators/bars.js';
import { movingAverageConvergence } from '../src/signals/domain/indicators/macd.js';
import { indicators } from '../src/signals/domain/indicators/registry.js';
import { relativeStrength } from '../src/signals/domain/indicators/relative-strength.js';
import { computeIndicator, indicatorStream } from '../src/signals/domain/indicators/run-indicator.js';
import { minuteMs } from '../src/shared/time.js';

/** Goal: how many times as fast as the fastest of the libraries, whole series at once. */
const batchGoal = 10;
/** Goal: bar by bar, against the faster of those that can. */
const streamGoal = 1;

const length = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 10);

/** A walk whose bars are whole: low <= close <= high. */
function walk(): Required<BarColumns> {
  const random = seededRandom(1);
  const column = (): Float64Array => new Float64Array(length);
  const bars = { openTime: column(), high: column(), low: column(), close: column(), volume: column() };
  let price = 30_000;
  for (let i = 0; i < length; i++) {
    const open = price;
    price *= Math.exp((random.uniform() - 0.5) / 200);
    bars.openTime[i] = i * minuteMs;
    bars.high[i] = Math.max(open, price) * (1 + random.uniform() / 500);
    bars.low[i] = Math.min(open, price) * (1 - random.uniform() / 500);
    bars.close[i] = price;
    bars.volume[i] = 100 * random.uniform();
  }
  return bars;
}

const bars = walk();
/** What the libraries read. */
const closes = Array.from(bars.close);
const rows: Bar[] = closes.map((close) => ({ close }));

type Ways = Readonly<Record<string, () => number>>;

/** Fastest of the rounds in milliseconds; each way answers with its last value, which has to be the same one. */
function fastest(name: string, ways: Ways, tolerance: number): Record<string, number> {
  const best: Record<string, number> = {};
  const last: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      // several in a row, so that each way meets its own code and data still warm
      for (let again = 0; again < 4; again++) {
        const begin = performance.now();
        last[way] = run();
        best[way] = Math.min(best[way] ?? Infinity, performance.now() - begin);
      }
    }
  }
  for (const [way, value] of Object.entries(last)) {
    if (!(Math.abs(value - last['ours']!) <= tolerance)) {
      throw new Error(`${name}: ${way} ends on ${value}, ours on ${last['ours'] ?? NaN}`);
    }
  }
  return best;
}

/** Others' last values: RSI is rounded to cents by one of them; seeds that differ have faded long before. */
function compare(name: string, goal: number, ways: Ways, tolerance: number): void {
  const best = fastest(name, ways, tolerance);
  const { ours, 'ours into fresh memory': fresh, ...others } = best;
  const ratio = Math.min(...Object.values(others)) / ours!;
  const ratios = Object.entries(others).map(([way, ms]) => `${way} ${(ms / ours!).toFixed(1)}`);
  const told = Object.entries(best).map(([way, ms]) => `${way} ${ms.toFixed(1)} ms`);
  console.log(`${name}, ${length} bars, best of ${rounds} rounds: ${told.join(', ')}`);
  console.log(
    `  ratios ${ratios.join(', ')}${fresh === undefined ? '' : `; into fresh memory ${(ours! / fresh).toFixed(2)} of that`}`,
  );
  console.log(`  ratio to the fastest ${ratio.toFixed(1)}  goal ${goal} ${ratio >= goal ? 'met' : 'MISSED'}`);
  if (ratio < goal) process.exitCode = 1;
}

/** Lines of the series before, as a run over many assets has them. */
const used = { rsi: computeIndicator(relativeStrength, bars), macd: computeIndicator(movingAverageConvergence, bars) };

compare(
  'RSI, whole series',
  batchGoal,
  {
    ours: () => computeIndicator(relativeStrength, bars, {}, used.rsi).value.at(-1)!,
    'ours into fresh memory': () => computeIndicator(relativeStrength, bars).value.at(-1)!,
    technicalindicators: () => technicalindicators.RSI.calculate({ values: closes, period: 14 }).at(-1)!,
    indicatorts: () => indicatorts.rsi(closes, { period: 14 }).at(-1)!,
    'trading-signals': () => {
      const rsi = new RSI(14);
      let last: number | null = null;
      for (const close of closes) last = rsi.update(close, false);
      return last ?? NaN;
    },
  },
  0.0051,
);
compare(
  'MACD, whole series',
  batchGoal,
  {
    ours: () => computeIndicator(movingAverageConvergence, bars, {}, used.macd).histogram.at(-1)!,
    'ours into fresh memory': () => computeIndicator(movingAverageConvergence, bars).histogram.at(-1)!,
    technicalindicators: () =>
      technicalindicators.MACD.calculate({
        values: closes,
        fastPeriod: 12,
        slowPeriod: 26,
        signalPeriod: 9,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
      }).at(-1)?.histogram ?? NaN,
    indicatorts: () => {
      const { macdLine, signalLine } = indicatorts.macd(closes, { fast: 12, slow: 26, signal: 9 });
      return macdLine.at(-1)! - signalLine.at(-1)!;
    },
    'trading-signals': () => {
      const macd = new MACD(new EMA(12), new EMA(26), new EMA(9));
      let last: number | undefined;
      for (const close of closes) last = macd.update(close, false)?.histogram;
      return last ?? NaN;
    },
  },
  1e-6,
);
compare(
  'RSI, bar by bar',
  streamGoal,
  {
    ours: () => {
      const stream = indicatorStream(relativeStrength);
      let last: number | null = null;
      for (const row of rows) last = stream.next(row).value;
      return last ?? NaN;
    },
    technicalindicators: () => {
      const rsi = new technicalindicators.RSI({ values: [], period: 14 });
      let last: number | undefined;
      for (const close of closes) last = rsi.nextValue(close);
      return last ?? NaN;
    },
    'trading-signals': () => {
      const rsi = new RSI(14);
      let last: number | null = null;
      for (const close of closes) last = rsi.update(close, false);
      return last ?? NaN;
    },
  },
  0.0051,
);

const stream = rows.map((row, i) => ({
  ...row,
  openTime: bars.openTime[i]!,
  high: bars.high[i]!,
  low: bars.low[i]!,
  volume: bars.volume[i]!,
}));
const costs = indicators.map((definition) => {
  const lines = computeIndicator(definition, bars);
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    computeIndicator(definition, bars, {}, lines);
    best = Math.min(best, performance.now() - begin);
  }
  const streaming = indicatorStream(definition);
  stream.forEach((bar, i) => {
    const values = streaming.next(bar);
    for (const line of definition.lines) {
      if (Object.is(values[line] ?? NaN, lines[line]![i])) continue;
      throw new Error(`${definition.id}: bar ${i} of the stream has another ${line}`);
    }
  });
  return `${definition.id} ${((1e6 * best) / length).toFixed(1)}`;
});
console.log(`bar by bar the same bits as at once: ${indicators.length} indicators, ${length} bars each`);
console.log(`nanoseconds a bar: ${costs.join(', ')}`);
