import type { FaultRow, TrialOutcome } from '../../../tools/faults/fault-row.js';
import { withResult } from '../../../tools/faults/report.js';

const row = (name: string): FaultRow => ({
  name,
  fault: `${name} happens`,
  promise: 'nothing is lost',
  trialsPerStack: 1,
  prepare: () => Promise.reject(new Error('only its words are needed')),
});
const rows = [row('worker-kill'), row('duplicates')];
const trial = (over: Partial<TrialOutcome> = {}): TrialOutcome => ({
  acknowledgedLost: 0,
  duplicateEffects: 0,
  jobsLost: 0,
  differences: null,
  complaints: [],
  measured: {},
  ...over,
});
const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('| `'));

test('a row says its counts and how to reproduce them', () => {
  const trials = [
    trial({ differences: 2, complaints: ['pipeline differs'], measured: { 'recovery s': 10 } }),
    trial({ differences: 0, measured: { 'recovery s': 12.346 } }),
    trial({ differences: 0, measured: { 'recovery s': Number.NaN } }),
  ];
  const text = withResult('', { row: 'worker-kill', trials, seed: 7, date: '2026-11-25' }, rows);
  expect(lines(text)).toEqual([
    '| `worker-kill` | 3 | 7 | 0 | 0 | 0 | 2 | 1 | recovery s: 11.2 (12.3) | 2026-11-25 | `npm run faults -- --row worker-kill --trials 3 --seed 7` |',
  ]);
  expect(text).toContain('- `duplicates`: duplicates happens. Then: nothing is lost.');
});

test('the other rows stay, in the order of the registry; a row run again is replaced, one that is gone is dropped', () => {
  const result = { trials: [trial()], seed: 1, date: '2026-11-25' };
  const first = withResult('| `forgotten` | 1 |', { row: 'duplicates', ...result }, rows);
  const second = withResult(first, { row: 'worker-kill', ...result }, rows);
  const third = withResult(second, { row: 'duplicates', ...result, trials: [trial(), trial()] }, rows);
  expect(lines(third).map((line) => line.slice(0, 23))).toEqual(['| `worker-kill` | 1 | 1', '| `duplicates` | 2 | 1 ']);
  expect(lines(third)[1]).toContain('| 0 | 0 | 0 | none to compare with | 0 |');
});
