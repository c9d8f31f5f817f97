// One process of the stack: its output goes to a log file, and after a crash it is started again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { commandLine, identify, isAlive, listensOn, stopProcess } from './processes.mjs';
import { openLog, root, shown, tail } from './project.mjs';

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A process that lived this long crashed for a new reason. */
const stableAfterMs = 60_000;

/**
 * @typedef {object} ChildOptions
 * @property {string} name
 * @property {string[]} args Node's arguments; the script first, as a path below the project.
 * @property {NodeJS.ProcessEnv} env
 * @property {string} log
 * @property {(line: string) => void} say
 * @property {() => void} onChange Called when there is another process under this name.
 *
 * @typedef {import('./processes.mjs').ProcessId & { name: string, script: string }} RecordedProcess
 */

export class SupervisedChild {
  /** @type {ChildOptions} */ #options;
  /** @type {import('./processes.mjs').ProcessId | undefined} */ #process;
  /** @type {NodeJS.Timeout | undefined} */ #restart;
  #failuresInARow = 0;
  /** Names the process that is wanted now; undefined while none is. @type {symbol | undefined} */ #run;
  #restartsAfterCrash = false;
  #logBegins = 0;
  /** @type {string | undefined} */ #ended;

  /** @param {ChildOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get name() {
    return this.#options.name;
  }

  /** How the process ended, while none runs. */
  get ended() {
    return this.#ended;
  }

  /** What a later launcher needs to find this process again. @returns {RecordedProcess | undefined} */
  get record() {
    return (
      this.#process && {
        ...this.#process,
        name: this.name,
        script: this.#options.args.find((arg) => !arg.startsWith('-')) ?? '',
      }
    );
  }

  /** @param {number} port */
  listensOn(port) {
    return this.#process !== undefined && listensOn(this.#process.pid, port);
  }

  start() {
    const { args, env, log, onChange } = this.#options;
    const fd = openLog(log);
    this.#logBegins = fs.fstatSync(fd).size;
    // A process group of its own: Ctrl-C reaches the launcher alone, which stops everything in order.
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', fd, fd], detached: true });
    fs.closeSync(fd);
    const began = Date.now();
    this.#ended = undefined;
    this.#process = child.pid === undefined ? undefined : identify(child.pid);
    const run = (this.#run = Symbol(this.name));
    /** @param {string} how @param {number} livedMs */
    const onEnd = (how, livedMs) => {
      // news of a process that was stopped on purpose come late
      if (this.#run === run) this.#onEnd(how, livedMs);
    };
    child.once('error', (error) => onEnd(error.message, 0));
    child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`, Date.now() - began));
    onChange();
  }

  /** From now on a crash is repaired; before, it is a failed start. */
  restartAfterCrash() {
    this.#restartsAfterCrash = true;
    if (this.#ended !== undefined) this.#scheduleRestart(this.#ended);
  }

  /** @param {string} how @param {number} livedMs */
  #onEnd(how, livedMs) {
    this.#ended = how;
    this.#process = undefined;
    this.#failuresInARow = livedMs >= stableAfterMs ? 1 : this.#failuresInARow + 1;
    if (this.#restartsAfterCrash) this.#scheduleRestart(how);
  }

  /** @param {string} how */
  #scheduleRestart(how) {
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failuresInARow - 1));
    const line = `${this.name} ended (${how}); starting it again in ${pauseMs / 1000} s`;
    this.#options.say(`${line}; its log is ${shown(this.#options.log)}`);
    fs.appendFileSync(
      this.#options.log,
      `${JSON.stringify({ time: new Date().toISOString(), event: 'launcher.restart', msg: line })}\n`,
    );
    this.#restart = setTimeout(() => this.start(), pauseMs);
  }

  /** @param {number} graceMs */
  async stop(graceMs) {
    this.#run = undefined;
    this.#failuresInARow = 0;
    clearTimeout(this.#restart);
    if (!this.#process || !isAlive(this.#process)) return;
    const asked = await stopProcess(this.#process, { graceMs });
    if (!asked) this.#options.say(`${this.name} did not end within ${graceMs / 1000} s of SIGTERM and was killed`);
  }

  /** The last lines that this process wrote; an earlier run's are not its own.
   * @param {number} [lines] */
  logTail(lines) {
    return tail(this.#options.log, lines, this.#logBegins);
  }

  /** For a message: how it ended and the end of its log. */
  describeEnd() {
    return `${this.name} ended (${this.#ended}); the end of ${shown(this.#options.log)}:\n${this.logTail()}`;
  }
}

/** Ends a process that an earlier launcher left behind, if it is still the one that was recorded.
 * @param {RecordedProcess} recorded @returns {Promise<boolean>} whether there was one */
export async function stopLeftover(recorded) {
  if (!isAlive(recorded) || !commandLine(recorded.pid).includes(path.normalize(recorded.script))) return false;
  await stopProcess(recorded, { graceMs: 5_000 });
  return true;
}
