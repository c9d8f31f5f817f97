import fs from 'node:fs';
import path from 'node:path';
import { build } from '../../tools/build.mjs';
import { needsStack } from '../../tools/faults/fault-row.js';
import { Lab } from '../../tools/faults/lab.js';
import { backfillKillOf } from '../../tools/faults/rows/backfill-kill.js';
import { hostileInputOf } from '../../tools/faults/rows/hostile-input.js';
import { signalRunKillOf } from '../../tools/faults/rows/signal-run-kill.js';
import { faultRows } from '../../tools/faults/rows/registry.js';
import { onOneStack, type TrialResult } from '../../tools/faults/run-trials.js';
import { root } from '../../tools/local/project.mjs';

const seed = 1;
/** One or two of each; the full counts run by `npm run faults`. */
const trials: Record<string, number> = {
  'worker-kill': 2,
  'temporal-outage': 1,
  'postgres-restart': 1,
  duplicates: 1,
  'opposite-answers': 2,
  'backfill-kill': 1,
  'hostile-input': 1,
  'signal-run-kill': 1,
  'ai-opinions': 3,
};
/** Less of it than the full counts have, and on the stack that the others have, too. */
const small = [
  backfillKillOf({ assets: ['BTC', 'ETH', 'SPY', 'AAPL'], days: 150, patienceMs: 120_000, mostKills: 1 }),
  hostileInputOf({ perRoute: 3 }),
  signalRunKillOf(30),
];
const rows = faultRows.filter(needsStack).map((row) => small.find(({ name }) => name === row.name) ?? row);
const compared = ['worker-kill', 'backfill-kill', 'signal-run-kill', 'ai-opinions'];
const quiet = () => undefined;

/** What a killed run leaves here is cleared by the next run's global set-up. */
const stateDir = path.join(root, '.cache/test', `faults-${process.pid}`);
let lab: Lab | undefined;

beforeAll(async () => {
  await build({ say: quiet });
  lab = await Lab.start({ stateDir, signal: new AbortController().signal, say: quiet });
}, 180_000);
afterAll(async () => {
  await lab?.stop();
  fs.rmSync(stateDir, { recursive: true, force: true });
}, 60_000);

test.each(rows)(
  'under $name, $promise',
  async (row) => {
    const waiting = Array.from({ length: trials[row.name]! }, (_, i) => i + 1);
    const results: TrialResult[] = [];
    for await (const result of onOneStack(lab!, row, seed, waiting)) results.push(result);
    const kept = { acknowledgedLost: 0, duplicateEffects: 0, jobsLost: 0, complaints: [] };
    expect(results).toEqual(
      Array.from({ length: trials[row.name]! }, (_, i) =>
        expect.objectContaining({ ...kept, trial: i + 1, differences: compared.includes(row.name) ? 0 : null }),
      ),
    );
  },
  300_000,
);
