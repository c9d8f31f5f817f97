// What is written down about a stack, so that a later command finds it, stops it or clears up after it.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandAbove } from './interrupt.mjs';
import { readJson } from './json.mjs';
import { holderOf, tryLock } from './lock.mjs';
import { erasePg, stopPg } from './pg.mjs';
import { identify, isAlive, waitUntilGone } from './processes.mjs';
import { shown, writeWhole } from './project.mjs';
import { stopLeftover } from './supervised-child.mjs';
import { stopTemporal } from './temporal.mjs';

/**
 * @typedef {object} StackState
 * @property {import('./processes.mjs').ProcessId} launcher
 * @property {import('./processes.mjs').ProcessId | undefined} [parent] The command the launcher belongs to and ends with.
 * @property {boolean} isStopping
 * @property {string | undefined} [apiUrl] Set once the stack is ready.
 * @property {import('./supervised-child.mjs').RecordedProcess[]} processes
 */

/** @param {string} stateDir */
const lockFile = (stateDir) => path.join(stateDir, 'stack.lock');
/** @param {string} stateDir */
const stateFile = (stateDir) => path.join(stateDir, 'stack.json');
/** @param {string} stateDir */
export const pgDir = (stateDir) => path.join(stateDir, 'pg');

/** @param {string} stateDir @returns {StackState | undefined} */
function readState(stateDir) {
  return fs.existsSync(stateFile(stateDir)) ? /** @type {StackState} */ (readJson(stateFile(stateDir))) : undefined;
}

/** Writes down what this launcher has running.
 * @param {string} stateDir
 * @param {{ isStopping: boolean, apiUrl: string | undefined, children: readonly import('./supervised-child.mjs').SupervisedChild[] }} stack */
export function noteStack(stateDir, { isStopping, apiUrl, children }) {
  const launcher = identify(process.pid);
  if (!launcher) throw new Error(`process ${process.pid} cannot find itself`);
  const processes = children.flatMap((child) => child.record ?? []);
  /** @type {StackState} */
  const state = { launcher, parent: commandAbove(), isStopping, apiUrl, processes };
  writeWhole(stateFile(stateDir), JSON.stringify(state, null, 2));
}

/** A stack is up already, and whoever started it is still there. */
class StackIsUp extends Error {
  /** @param {string} stateDir @param {number} pid @param {string | undefined} apiUrl */
  constructor(stateDir, pid, apiUrl) {
    const where = apiUrl ? `at ${apiUrl}` : 'and still starting';
    super(
      `the stack of ${shown(stateDir)} is already up ${where} (process ${pid}): ` +
        'stop it with "npm run stop", or set FKS_STATE_DIR to another folder for a second one',
    );
  }
}

/** Takes a state directory for this launcher. Waits for one that is going; refuses when one stays.
 * @param {string} stateDir @returns {Promise<() => void>} */
export async function claim(stateDir) {
  for (const begin = Date.now(); ;) {
    const release = tryLock(lockFile(stateDir));
    if (release) return release;
    const holder = holderOf(lockFile(stateDir));
    const state = readState(stateDir);
    const isGoing = state?.isStopping || (state?.parent !== undefined && !isAlive(state.parent));
    // a launcher whose npm has just been killed notices within a second or two
    const patienceMs = isGoing ? 45_000 : 3_000;
    if (holder && Date.now() > begin + patienceMs) throw new StackIsUp(stateDir, holder.pid, state?.apiUrl);
    await sleep(200);
  }
}

/** Ends the API, worker and simulator of a launcher that was killed.
 * @param {string} stateDir @param {(line: string) => void} say */
export async function clearLeftovers(stateDir, say) {
  for (const recorded of readState(stateDir)?.processes ?? []) {
    if (await stopLeftover(recorded))
      say(`stopped the ${recorded.name} that an earlier run left behind (process ${recorded.pid})`);
  }
}

/** Stops whatever runs for a state directory: by its launcher when that is alive, else piece by piece.
 * @param {string} stateDir @param {{ say: (line: string) => void, evenWithLauncher: boolean }} options
 * @returns {Promise<boolean>} whether anything ran */
export async function stopStack(stateDir, { say, evenWithLauncher }) {
  if (!fs.existsSync(stateDir)) return false;
  const holder = holderOf(lockFile(stateDir));
  if (holder) {
    if (!evenWithLauncher) return false;
    process.kill(holder.pid, 'SIGTERM');
    if (!(await waitUntilGone(holder, 60_000))) process.kill(holder.pid, 'SIGKILL');
  }
  const release = await claim(stateDir);
  try {
    const processes = readState(stateDir)?.processes ?? [];
    const left = await Promise.all(processes.map(stopLeftover));
    const servers = [await stopTemporal(stateDir), await stopPg(pgDir(stateDir))];
    const any = holder !== undefined || [...left, ...servers].includes(true);
    if (any) say(`stopped the stack of ${shown(stateDir)}`);
    fs.rmSync(stateFile(stateDir), { force: true });
    return any;
  } finally {
    release();
  }
}

/** Forgets everything a state directory holds; only files of ours, in case the folder was somebody's own.
 * @param {string} stateDir */
export async function eraseState(stateDir) {
  await stopTemporal(stateDir);
  await stopPg(pgDir(stateDir));
  await erasePg(pgDir(stateDir));
  for (const name of fs.readdirSync(stateDir)) {
    if (/^(temporal\.db.*|temporal\.json|stack\.json|[a-z-]+\.log(\.1)?)$/.test(name))
      fs.rmSync(path.join(stateDir, name));
  }
}
