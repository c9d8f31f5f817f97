// What the launcher's stack and the fault lab do with the product's own programs.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, root, shown, tail } from './project.mjs';

/** Runs one of the project's tools to its end; its words are shown when it fails.
 * @param {{ name: string, script: string, env: NodeJS.ProcessEnv, log: string }} tool */
export async function runTool({ name, script, env, log }) {
  const fd = fs.openSync(log, 'w');
  const args = ['--enable-source-maps', script];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', fd, fd] });
  fs.closeSync(fd);
  /** @type {string | number | null} */
  const how = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => resolve(signal ?? code));
  });
  if (how !== 0) throw new Error(`${name} failed (${how}); the end of ${shown(log)}:\n${tail(log)}`);
}

/** Waits until the API says that it is ready; the end of one of the processes ends the waiting.
 * @param {string} apiUrl
 * @param {{ api: import('./supervised-child.mjs').SupervisedChild, others: readonly import('./supervised-child.mjs').SupervisedChild[],
 *   withinMs: number, signal: AbortSignal | undefined }} options */
export async function waitUntilReady(apiUrl, { api, others, withinMs, signal }) {
  const port = Number(new URL(apiUrl).port);
  let last = 'no answer';
  for (const end = Date.now() + withinMs; ;) {
    signal?.throwIfAborted();
    for (const process of [api, ...others]) if (process.ended !== undefined) throw new Error(process.describeEnd());
    try {
      const response = await fetch(`${apiUrl}/ready`, { signal: AbortSignal.timeout(5_000) });
      // another stack on the same port would say the same
      if (response.ok && api.listensOn(port)) return;
      last = await response.text();
    } catch (error) {
      last = messageOf(error instanceof Error ? (error.cause ?? error) : error);
    }
    if (Date.now() > end) throw new Error(`the API is not ready after ${withinMs / 1_000} s: ${last}`);
    await sleep(100);
  }
}
