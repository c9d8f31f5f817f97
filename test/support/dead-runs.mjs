import fs from 'node:fs';
import path from 'node:path';
import { commandLine } from '../../tools/local/processes.mjs';
import { stopStack } from '../../tools/local/stack-state.mjs';

/** Stops the servers of test runs that were killed and removes their folders; each is named after its run's process.
 * @param {string} cache */
export async function clearDeadRuns(cache) {
  for (const name of fs.existsSync(cache) ? fs.readdirSync(cache) : []) {
    const pid = /^(?:run|faults)-(\d+)$/.exec(name)?.[1];
    // a number that another program has by now says nothing
    if (pid === undefined || commandLine(Number(pid)).includes('jest')) continue;
    const folder = path.join(cache, name);
    await stopStack(folder, { say: () => {}, evenWithLauncher: false });
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
