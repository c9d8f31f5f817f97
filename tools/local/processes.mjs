// Who a process is, beyond a number that may be someone else's by now.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} ProcessId
 * @property {number} pid
 * @property {string} started When it started, in the system's own words: two processes with one pid differ in it.
 */

/** State, parent and start of a process in the system's own words, or undefined when there is none.
 * @param {number} pid */
function look(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === 'linux') {
      // the second field is the program's name in parentheses and may hold blanks
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return { state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? '' };
    }
    const line = execFileSync('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', parent, ...started] = line.split(/\s+/);
    return { state, parent: Number(parent), started: started.join(' ') };
  } catch {
    // no such process
    return undefined;
  }
}

/** When the process started, or undefined when there is none (a zombie counts as none).
 * @param {number} pid */
export function startOf(pid) {
  const seen = look(pid);
  return seen === undefined || /^[ZX]/.test(seen.state) ? undefined : seen.started;
}

/** The process that waits for this one, and the one above it where that is only the shell of an npm script.
 * @returns {ProcessId[]} */
export function commandsAbove() {
  const shell = /^(\S*\/)?(sh|dash|bash|ash|zsh) -c /;
  const above = shell.test(commandLine(process.ppid)) ? look(process.ppid)?.parent : undefined;
  return [process.ppid, above ?? 0].flatMap((pid) => identify(pid) ?? []);
}

/** @param {number} pid @returns {ProcessId | undefined} */
export function identify(pid) {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** @param {ProcessId | undefined} known */
export const isAlive = (known) => known !== undefined && startOf(known.pid) === known.started;

/** The arguments a process was started with, joined by blanks; empty when there is none.
 * @param {number} pid */
export function commandLine(pid) {
  if (process.platform === 'linux') {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    } catch {
      return '';
    }
  }
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** Whether this very process listens on the port: another stack may have been quicker, and would answer just as well.
 * @param {number} pid @param {number} port */
export function listensOn(pid, port) {
  if (process.platform !== 'linux') return true;
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((table) => fs.existsSync(table))
    .flatMap((table) => fs.readFileSync(table, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${wanted}`) && state === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.includes(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // it has ended
    return false;
  }
}

/** @param {string} file */
function linkOf(file) {
  try {
    return fs.readlinkSync(file);
  } catch {
    // closed between the listing and the look
    return '';
  }
}

/** @param {ProcessId} known @param {number} withinMs @returns {Promise<boolean>} whether it is gone */
export async function waitUntilGone(known, withinMs) {
  for (const end = Date.now() + withinMs; isAlive(known);) {
    if (Date.now() > end) return false;
    await sleep(25);
  }
  return true;
}

/** @param {ProcessId} known @param {NodeJS.Signals} signal */
function signalTo(known, signal) {
  if (!isAlive(known)) return;
  try {
    process.kill(known.pid, signal);
  } catch (error) {
    // gone between the look and the signal
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** Asks a process to end and, when it has not after the grace time, ends it.
 * @param {ProcessId} known @param {{ signal?: NodeJS.Signals, graceMs?: number }} options
 * @returns {Promise<boolean>} false when it had to be killed */
export async function stopProcess(known, { signal = 'SIGTERM', graceMs = 10_000 } = {}) {
  signalTo(known, signal);
  if (await waitUntilGone(known, graceMs)) return true;
  signalTo(known, 'SIGKILL');
  if (!(await waitUntilGone(known, 5_000))) throw new Error(`process ${known.pid} does not end, not even by SIGKILL`);
  return false;
}
