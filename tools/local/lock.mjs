// A lock that one process holds and that a kill -9 of its holder releases. Plain Node, no packages: the installer uses it too.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from './json.mjs';
import { identify, isAlive } from './processes.mjs';

/** @typedef {import('./processes.mjs').ProcessId} ProcessId */

/** The live process that holds the lock, if any.
 * @param {string} file @returns {ProcessId | undefined} */
export function holderOf(file) {
  try {
    const holder = /** @type {ProcessId} */ (readJson(file));
    return isAlive(holder) ? holder : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

/** Takes the lock, or returns undefined when a live process holds it.
 * @param {string} file @returns {(() => void) | undefined} the function that releases it */
export function tryLock(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    for (;;) {
      try {
        // a link appears whole or not at all, and only if there was none
        fs.linkSync(mine, file);
        return () => fs.rmSync(file, { force: true });
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      }
      if (holderOf(file)) return undefined;
      if (!buryStale(file, `${mine}.stale`)) return undefined;
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Moves a dead holder's lock away; puts it back when a live one took it in the meantime.
 * @param {string} file @param {string} grave */
function buryStale(file, grave) {
  try {
    fs.renameSync(file, grave);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return true;
    throw error;
  }
  const alive = holderOf(grave) !== undefined;
  if (alive && !fs.existsSync(file)) fs.linkSync(grave, file);
  fs.rmSync(grave, { force: true });
  return !alive;
}

/** Takes the lock, waiting for a live holder to be done.
 * @param {string} file @param {{ onWait?: (holder: ProcessId) => void, withinMs?: number }} options */
export async function lock(file, { onWait, withinMs = Infinity } = {}) {
  const end = Date.now() + withinMs;
  for (let said = false; ;) {
    const release = tryLock(file);
    if (release) return release;
    const holder = holderOf(file);
    if (holder && !said) {
      onWait?.(holder);
      said = true;
    }
    if (Date.now() > end) throw new Error(`process ${holder?.pid} still holds ${file}`);
    await sleep(100);
  }
}
