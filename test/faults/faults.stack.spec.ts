import fs from 'node:fs';
import path from 'node:path';
import { build } from '../../tools/build.mjs';
import { Lab } from '../../tools/faults/lab.js';
import { faultRows } from '../../tools/faults/rows/registry.js';
import { onOneStack, type TrialResult } from '../../tools/faults/run-trials.js';
import { holderOf } from '../../tools/local/lock.mjs';
import { root } from '../../tools/local/project.mjs';
import { stopStack } from '../../tools/local/stack-state.mjs';

const seed = 1;
/** A handful of each; the full counts run by `npm run faults`. */
const trials: Record<string, number> = {
  'worker-kill': 3,
  'temporal-outage': 2,
  'postgres-restart': 2,
  duplicates: 2,
  'opposite-answers': 2,
};
const quiet = () => undefined;

const cache = path.join(root, '.cache/test');
const stateDir = path.join(cache, `faults-${process.pid}`);
let lab: Lab | undefined;

/** What a run that was killed left behind. */
async function clearDeadLabs(): Promise<void> {
  for (const name of fs.existsSync(cache) ? fs.readdirSync(cache) : []) {
    const folder = path.join(cache, name);
    if (!name.startsWith('faults-') || holderOf(path.join(folder, 'stack.lock'))) continue;
    await stopStack(folder, { say: quiet, evenWithLauncher: false });
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  await clearDeadLabs();
  await build({ say: quiet });
  lab = await Lab.start({ stateDir, signal: new AbortController().signal, say: quiet });
}, 180_000);
afterAll(async () => {
  await lab?.stop();
  fs.rmSync(stateDir, { recursive: true, force: true });
}, 60_000);

test.each(faultRows)(
  'under $name, $promise',
  async (row) => {
    const waiting = Array.from({ length: trials[row.name]! }, (_, i) => i + 1);
    const results: TrialResult[] = [];
    for await (const result of onOneStack(lab!, row, seed, waiting)) results.push(result);
    const kept = { acknowledgedLost: 0, duplicateEffects: 0, jobsLost: 0, complaints: [] };
    expect(results).toEqual(
      Array.from({ length: trials[row.name]! }, (_, i) =>
        expect.objectContaining({ ...kept, trial: i + 1, differences: row.name === 'worker-kill' ? 0 : null }),
      ),
    );
  },
  300_000,
);
