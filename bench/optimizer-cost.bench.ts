// What the methods cost against the number of assets, as medians of one run. There is no goal.
//   node dist/bench/optimizer-cost.bench.js [--write]
// With --write the figures are drawn into docs/generated/optimizer-cost.svg.
import fs from 'node:fs';
import { hierarchicalRiskParity } from '../src/optimization/domain/hierarchical.js';
import { criticalLine } from '../src/optimization/domain/solvers/critical-line.js';
import { solveQuadraticProgram } from '../src/optimization/domain/solvers/quadratic-program.js';
import { simulatedMoments } from './factor-model.js';
import { logPlot, type Curve } from './log-plot.js';

const sizes = [10, 20, 50, 100, 200, 350, 500];
const drawing = 'docs/generated/optimizer-cost.svg';
/** Milliseconds spent on each figure. */
const patience = 400;

type Moments = ReturnType<typeof simulatedMoments>;
const long = (n: number) => ({ min: new Float64Array(n), max: new Float64Array(n).fill(1) });

const methods: readonly { name: string; colour: string; run: (moments: Moments, n: number) => unknown }[] = [
  {
    name: 'whole frontier',
    colour: '#c2410c',
    run: (moments, n) => criticalLine({ ...moments, ...long(n) }),
  },
  {
    name: 'mean-variance',
    colour: '#1d4ed8',
    run: ({ expectedReturns, covariance }, n) =>
      solveQuadraticProgram({
        quadratic: covariance,
        linear: expectedReturns.map((value) => -value / 4),
        ...long(n),
        rows: [{ coefficients: new Float64Array(n).fill(1), min: 1, max: 1 }],
      }),
  },
  {
    name: 'hierarchical risk parity',
    colour: '#15803d',
    run: ({ covariance }, n) => hierarchicalRiskParity(covariance, n),
  },
];

function median(work: () => unknown): number {
  for (let warm = 0; warm < 3; warm++) work();
  const taken: number[] = [];
  const end = performance.now() + patience;
  while (taken.length < 5 || performance.now() < end) {
    const begin = performance.now();
    work();
    taken.push(performance.now() - begin);
  }
  return taken.sort((a, b) => a - b)[taken.length >> 1]!;
}

const moments = new Map(sizes.map((n) => [n, simulatedMoments(n, n)]));
const curves: Curve[] = methods.map(({ name, colour, run }) => ({
  name,
  colour,
  points: sizes.map((n) => ({ x: n, y: median(() => run(moments.get(n)!, n)) })),
}));
console.log(`median milliseconds  n ${sizes.join(', ')}`);
for (const { name, points } of curves) {
  console.log(`  ${name.padEnd(26)} ${points.map(({ y }) => y.toPrecision(3)).join(', ')}`);
}
if (process.argv.includes('--write')) {
  const axes = { x: 'assets', y: 'milliseconds (median)' };
  fs.writeFileSync(drawing, logPlot('What an optimization costs', axes, curves));
  console.log(`written: ${drawing}`);
}
