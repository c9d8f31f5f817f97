// npm run dev: the local stack; after a change of the sources it is built anew, and API and worker start again.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.mjs';
import { interruption, Interrupted } from './local/interrupt.mjs';
import { messageOf, root, stateDirOf } from './local/project.mjs';
import { NotStopped, startStack } from './local/stack.mjs';

const watched = ['src', 'workflows', 'activities'];
const signal = interruption();

/** Resolves after the next change, when nothing has changed for a moment. */
async function nextChange() {
  const changed = new AbortController();
  const watchers = watched.map((folder) => fs.watch(path.join(root, folder), { recursive: true }));
  for (const watcher of watchers) watcher.once('change', () => changed.abort());
  try {
    const either = AbortSignal.any([changed.signal, signal]);
    // it may have been aborted while something else was waited for
    await new Promise((resolve) => (either.aborted ? resolve(undefined) : either.addEventListener('abort', resolve)));
    signal.throwIfAborted();
    // an editor's "save all" is one change
    await sleep(300);
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

try {
  const stateDir = stateDirOf('.cache/local');
  await build({ signal });
  const stack = await startStack({ stateDir, signal });
  try {
    console.log(
      `ready ${stack.apiUrl}   (docs ${stack.apiUrl}/docs, Temporal UI ${stack.temporalUiUrl}; Ctrl-C stops)`,
    );
    for (;;) {
      await nextChange();
      try {
        if (!(await build({ signal, restarts: stateDir }))) continue;
        await stack.restartServices();
        console.log('ready with the new code');
      } catch (error) {
        signal.throwIfAborted();
        // the next change may repair it
        console.error(messageOf(error));
      }
    }
  } finally {
    await stack.stop();
  }
} catch (error) {
  const why = error instanceof NotStopped ? error : (signal.reason ?? error);
  if (!(why instanceof Interrupted)) {
    console.error(messageOf(why));
    process.exitCode = 1;
  }
}
process.exit();
