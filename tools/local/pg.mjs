// Starts, finds again and stops a PostgreSQL of the project's own.
//   node tools/local/pg.mjs start|stop|status      (FKS_STATE_DIR, FKS_POSTGRES_PORT, FAST=1)
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { readJson } from './json.mjs';
import { pgRunner } from './pg-binaries.mjs';
import { choosePort, isFree, releasePorts, startOnPorts, takenPort } from './ports.mjs';
import { commandLine, identify, isAlive, stopProcess, waitUntilGone } from './processes.mjs';
import { messageOf, openLog, stateDirOf, tail, writeWhole } from './project.mjs';

const run = promisify(execFile);

/**
 * @typedef {{ postgres: string, fks_owner: string, fks_app: string }} PgPasswords
 *
 * @typedef {object} RunningPg
 * @property {string} url Of the superuser, for the launcher and the tests' set-up alone.
 * @property {string} ownerUrl Of the role that owns the database and runs migrations.
 * @property {string} appUrl Of the role that API and worker use.
 * @property {number} port
 * @property {number} pid
 * @property {string} started Together with the pid, which process it is.
 * @property {string} log
 * @property {boolean} fresh Whether the data directory was made by this call.
 * @property {boolean} reused Whether the server was running already.
 * @property {string | undefined} note
 * @property {() => Promise<void>} stop
 */

/** The passwords are made before the data directory, so that a kill -9 never leaves a server nobody can enter.
 * @param {string} file @param {string} dir @returns {PgPasswords} */
function passwordsIn(file, dir) {
  if (fs.existsSync(file)) return /** @type {PgPasswords} */ (readJson(file));
  if (fs.existsSync(path.join(dir, 'PG_VERSION'))) {
    throw new Error(
      `${file} is gone, and the database in ${dir} cannot be entered without it: remove that folder to start anew`,
    );
  }
  const secret = () => randomBytes(24).toString('base64url');
  const passwords = { postgres: secret(), fks_owner: secret(), fks_app: secret() };
  writeWhole(file, JSON.stringify(passwords), 0o600);
  return passwords;
}

/** The live server of a data directory: a pid file alone may name a process that is someone else's by now.
 * @param {string} dir */
function runningServer(dir) {
  let lines;
  try {
    lines = fs.readFileSync(path.join(dir, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
  const known = identify(Number(lines[0]));
  if (!known || !commandLine(known.pid).includes(` -D ${dir} `)) return undefined;
  return { ...known, port: Number(lines[3]) };
}

/** Children of a server that was killed: they hold its shared memory until they notice.
 * @param {string} dir */
function leftoverBackends(dir) {
  if (process.platform !== 'linux') return [];
  return fs.readdirSync('/proc').flatMap((entry) => {
    try {
      return /^\d+$/.test(entry) && fs.readlinkSync(`/proc/${entry}/cwd`) === dir
        ? (identify(Number(entry)) ?? [])
        : [];
    } catch {
      return [];
    }
  });
}

/** @param {import('./pg-binaries.mjs').PgRunner} runner @param {PgPasswords} passwords @param {boolean} fast */
async function initialise(runner, passwords, fast) {
  // Made beside and renamed when complete: initdb writes PG_VERSION long before it is done.
  const part = `${runner.dir}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true, mode: 0o700 });
  const passwordFile = `${runner.dir}.initial-password`;
  fs.writeFileSync(passwordFile, `${passwords.postgres}\n`, { mode: 0o600 });
  if (runner.as.uid !== undefined && runner.as.gid !== undefined) {
    for (const file of [part, passwordFile]) fs.chownSync(file, runner.as.uid, runner.as.gid);
  }
  const [program, args] = runner.command('initdb', [
    ...['-D', part, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'],
    ...(fast ? ['--no-sync'] : []),
  ]);
  try {
    await run(program, args, { ...runner.as, env: serverEnv() });
    fs.renameSync(part, runner.dir);
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: string }} */ (error);
    throw new Error(`initdb failed: ${stderr?.trim() || messageOf(error)}`, { cause: error });
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

const serverEnv = () => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' });

/** @param {{ user: 'postgres' | 'fks_owner' | 'fks_app', passwords: PgPasswords, port: number, database: string }} of */
const urlOf = ({ user, passwords, port, database }) =>
  `postgresql://${user}:${passwords[user]}@127.0.0.1:${port}/${database}`;

/** Roles and database, each made when it is missing: a start that was cut short is completed by the next one.
 * @param {string} adminUrl @param {string} database @param {PgPasswords} passwords */
async function prepareDatabase(adminUrl, database, passwords) {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    for (const role of /** @type {const} */ (['fks_owner', 'fks_app'])) {
      const known = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      if (!known.rowCount) await client.query(`create role ${role} login password '${passwords[role]}'`);
    }
    const known = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (!known.rowCount) await client.query(`create database "${database}" owner fks_owner`);
    await client.query(`revoke all on database "${database}" from public`);
    await client.query(`grant connect on database "${database}" to fks_app`);
  } finally {
    await client.end();
  }
}

/** @param {string} url @param {import('node:child_process').ChildProcess | undefined} child @param {string} log */
async function waitUntilAnswers(url, child, log) {
  // crash recovery after a kill -9 can take a while
  for (const end = Date.now() + 60_000; ;) {
    if (child && (child.exitCode !== null || child.signalCode !== null)) {
      throw new Error(`PostgreSQL ended (${child.exitCode ?? child.signalCode}):\n${tail(log, 12)}`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      // 57P03: starting up or recovering
      if (!['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code ?? '') || Date.now() > end) {
        throw new Error(`PostgreSQL does not answer: ${messageOf(error)}\n${tail(log, 12)}`, { cause: error });
      }
    }
    await sleep(30);
  }
}

/**
 * Starts the server of a data directory, or finds the one that runs there already.
 *
 * `fast` gives up durability for speed and is for tests. A taken `port` is refused by name and number when
 * `exactPort` says that somebody asked for it; otherwise the next free one is used.
 * @param {{ dir: string, port?: number, database?: string, fast?: boolean, exactPort?: boolean, say?: (line: string) => void }} options
 * @returns {Promise<RunningPg>}
 */
export async function startPg({
  dir: wanted,
  port = 55432,
  database = 'fks',
  fast = false,
  exactPort = false,
  say = () => {},
}) {
  const asked = path.resolve(wanted);
  fs.mkdirSync(path.dirname(asked), { recursive: true });
  const runner = await pgRunner(asked);
  const { dir, note } = runner;
  if (note) say(note);
  const log = path.join(path.dirname(asked), 'postgres.log');
  const passwords = passwordsIn(`${asked}.passwords.json`, dir);
  const fresh = !fs.existsSync(path.join(dir, 'PG_VERSION'));
  if (fresh) await initialise(runner, passwords, fast);

  let server = runningServer(dir);
  const reused = server !== undefined;
  if (!server) {
    // a pid file without its server: PostgreSQL itself would trust it when the number is in use again
    fs.rmSync(path.join(dir, 'postmaster.pid'), { force: true });
    await Promise.all(leftoverBackends(dir).map((backend) => waitUntilGone(backend, 10_000)));
    const wish = { name: 'PostgreSQL', variable: 'FKS_POSTGRES_PORT', fallback: port };
    if (exactPort && !(await isFree(port))) throw takenPort(wish.name, port, wish.variable);
    const choose = async () => [exactPort ? port : await choosePort(wish, {}, say)];
    server = await startOnPorts(choose, ([at = port]) => {
      const admin = urlOf({ user: 'postgres', passwords, port: at, database: 'postgres' });
      return launch(runner, { port: at, fast, log, admin });
    });
  }
  const { port: at, pid, started } = server;
  const of = { passwords, port: at, database };
  const admin = urlOf({ ...of, user: 'postgres', database: 'postgres' });
  if (reused) await waitUntilAnswers(admin, undefined, log);
  await prepareDatabase(admin, database, passwords);
  const known = server;
  return {
    url: urlOf({ ...of, user: 'postgres' }),
    ownerUrl: urlOf({ ...of, user: 'fks_owner' }),
    appUrl: urlOf({ ...of, user: 'fks_app' }),
    port: at,
    pid,
    started,
    log,
    fresh,
    reused,
    note,
    stop: async () => {
      await stopServer(known);
      releasePorts(at);
    },
  };
}

/** @param {import('./pg-binaries.mjs').PgRunner} runner @param {{ port: number, fast: boolean, log: string, admin: string }} options */
async function launch(runner, { port, fast, log, admin }) {
  const [program, args] = runner.command('postgres', [
    ...['-D', runner.dir, '-p', String(port), '-h', '127.0.0.1'],
    // no Unix socket: its path may not be longer than 107 bytes
    ...['-c', 'unix_socket_directories='],
    ...(fast ? ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'] : []),
  ]);
  for (let attempt = 1; ; attempt++) {
    const fd = openLog(log);
    const child = spawn(program, args, { ...runner.as, env: serverEnv(), stdio: ['ignore', fd, fd], detached: true });
    fs.closeSync(fd);
    child.unref();
    try {
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      await waitUntilAnswers(admin, child, log);
      const known = runningServer(runner.dir);
      if (!known) throw new Error(`PostgreSQL answers on port ${port}, but not from ${runner.dir}`);
      return known;
    } catch (error) {
      const known = child.pid === undefined ? undefined : identify(child.pid);
      if (known && isAlive(known)) await stopServer(known);
      // where /proc does not show them, the children of a killed server are found out only by this message
      if (attempt === 5 || !/pre-existing shared memory/.test(messageOf(error))) throw error;
      await sleep(500 * attempt);
    }
  }
}

/** SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, nothing acknowledged is lost.
 * @param {import('./processes.mjs').ProcessId} known */
async function stopServer(known) {
  await stopProcess(known, { signal: 'SIGINT', graceMs: 30_000 });
}

/** Stops the server of a data directory, if one runs there.
 * @param {string} wanted @returns {Promise<boolean>} whether there was one */
export async function stopPg(wanted) {
  const asked = path.resolve(wanted);
  if (!fs.existsSync(path.dirname(asked))) return false;
  const { dir } = await pgRunner(asked);
  const known = runningServer(dir);
  if (known) await stopServer(known);
  return known !== undefined;
}

/** Removes a stopped server's data and passwords.
 * @param {string} wanted */
export async function erasePg(wanted) {
  const asked = path.resolve(wanted);
  if (!fs.existsSync(path.dirname(asked))) return;
  const { dir } = await pgRunner(asked);
  for (const file of [dir, `${dir}.part`, `${asked}.passwords.json`]) fs.rmSync(file, { recursive: true, force: true });
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(import.meta.filename)) {
  const dir = path.join(stateDirOf('.cache/local'), 'pg');
  if (process.argv[2] === 'stop') {
    console.log((await stopPg(dir)) ? 'stopped' : 'not running');
  } else if (process.argv[2] === 'status') {
    console.log(runningServer((await pgRunner(dir)).dir) ?? 'not running');
  } else {
    const begin = performance.now();
    const port = Number(process.env.FKS_POSTGRES_PORT ?? 55432);
    const server = await startPg({ dir, port, fast: process.env.FAST === '1', say: console.error });
    const { fresh, reused, log } = server;
    console.log({ port: server.port, pid: server.pid, fresh, reused, log, ms: Math.round(performance.now() - begin) });
  }
}
