// Starts, finds again and stops a Temporal development server of the project's own; its state survives a kill -9.
//   node tools/local/temporal.mjs start|stop      (FKS_STATE_DIR, FKS_TEMPORAL_PORT, FKS_TEMPORAL_UI_PORT)
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readJson } from './json.mjs';
import { choosePort, isFree, releasePorts, startOnPorts, takenPort } from './ports.mjs';
import { commandLine, identify, isAlive, listensOn, stopProcess } from './processes.mjs';
import { openLog, stateDirOf, tail, writeWhole } from './project.mjs';
import { findBinary } from './temporal-binary.mjs';

export { findBinary };

const run = promisify(execFile);

/** Typed search attributes that the service's workflows set. */
export const searchAttributes = { portfolioId: 'Keyword', jobKind: 'Keyword', decisionState: 'Keyword' };

/**
 * @typedef {import('./processes.mjs').ProcessId & { port: number, uiPort: number, db: string, address: string }} KnownServer
 * @typedef {KnownServer & { from: string, reused: boolean, log: string, uiUrl: string, stop: () => Promise<boolean> }} RunningTemporal
 */

/** @param {string} bin @param {string} address */
const isServing = (bin, address) =>
  run(bin, ['operator', 'cluster', 'health', '--address', address, '--command-timeout', '3s'], { timeout: 5_000 }).then(
    ({ stdout }) => stdout.includes('SERVING'),
    () => false,
  );

/** A pid alone may be someone else's by now: start time and command line must fit too.
 * @param {string} stateDir @returns {KnownServer | undefined} */
function runningServer(stateDir) {
  const file = path.join(stateDir, 'temporal.json');
  if (!fs.existsSync(file)) return undefined;
  const known = /** @type {KnownServer} */ (readJson(file));
  return isAlive(known) && commandLine(known.pid).includes(known.db) ? known : undefined;
}

/**
 * Starts the server of a state directory, or finds the one that runs there already.
 *
 * A taken port is refused by name and number when `exactPorts` says that somebody asked for it; otherwise the next
 * free one is used.
 * @param {{ stateDir: string, port?: number, uiPort?: number, namespace?: string, searchAttributes?: Record<string, string>,
 *   exactPorts?: { port?: boolean, uiPort?: boolean }, fast?: boolean, say?: (line: string) => void }} options
 * @returns {Promise<RunningTemporal>}
 */
export async function startTemporal({
  stateDir: wanted,
  port = 7233,
  uiPort = port + 1000,
  namespace = 'default',
  searchAttributes: attributes = searchAttributes,
  exactPorts = {},
  fast = false,
  say = () => {},
}) {
  const stateDir = path.resolve(wanted);
  const { path: bin, from } = await findBinary('temporal');
  fs.mkdirSync(stateDir, { recursive: true });
  const log = path.join(stateDir, 'temporal.log');
  /** @param {KnownServer} known @param {boolean} reused @returns {RunningTemporal} */
  const running = (known, reused) => ({
    ...known,
    from,
    reused,
    log,
    uiUrl: `http://127.0.0.1:${known.uiPort}`,
    stop: () => stopTemporal(stateDir),
  });

  const old = runningServer(stateDir);
  if (old) {
    for (const end = Date.now() + 10_000; Date.now() < end && isAlive(old);) {
      if (await isServing(bin, old.address)) return running(old, true);
      await sleep(200);
    }
    say(`the Temporal server found running (pid ${old.pid}) does not answer; starting another`);
    await stopProcess(old);
  }

  const db = path.join(stateDir, 'temporal.db');
  const args = [
    ...['--ui-disable-news-fetch', '--log-level', 'warn', '--db-filename', db],
    // as durable as needed to survive a kill -9 of the process, at twice the default's speed
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', fast ? 'synchronous=off' : 'synchronous=normal'],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...Object.entries(attributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
  const known = await startOnPorts(
    async () => [
      await choose({ name: 'Temporal', variable: 'FKS_TEMPORAL_PORT', fallback: port }, exactPorts.port, say),
      await choose({ name: 'Temporal UI', variable: 'FKS_TEMPORAL_UI_PORT', fallback: uiPort }, exactPorts.uiPort, say),
    ],
    ([at = port, uiAt = uiPort]) => launch({ bin, args, port: at, uiPort: uiAt, db, log }),
  );
  // closed workflows are kept for a month instead of a day, so that the UI can still show them
  const retention = ['--namespace', namespace, '--retention', '30d', '--address', known.address];
  await run(bin, ['operator', 'namespace', 'update', ...retention]);
  return running(known, false);
}

/** @param {{ bin: string, args: string[], port: number, uiPort: number, db: string, log: string }} server */
async function launch({ bin, args, port, uiPort, db, log }) {
  const stateDir = path.dirname(db);
  const ports = ['--ip', '127.0.0.1', '--port', String(port), '--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)];
  const fd = openLog(log);
  const child = spawn(bin, ['server', 'start-dev', ...ports, ...args], {
    stdio: ['ignore', fd, fd],
    detached: true,
    cwd: stateDir,
  });
  fs.closeSync(fd);
  child.unref();
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = /** @type {number} */ (child.pid);
  /** @type {KnownServer} */
  const known = { pid, started: identify(pid)?.started ?? '', port, uiPort, db, address: `127.0.0.1:${port}` };
  writeWhole(path.join(stateDir, 'temporal.json'), JSON.stringify(known));

  for (const end = Date.now() + 60_000; ;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the Temporal server ended (${child.exitCode ?? child.signalCode}):\n${tail(log, 12)}`);
    }
    // another server on the same port would say the same
    if (listensOn(pid, port) && (await isServing(bin, known.address))) return known;
    if (Date.now() > end) {
      await stopProcess(known);
      throw new Error(`the Temporal server did not answer within 60 s:\n${tail(log, 12)}`);
    }
    await sleep(50);
  }
}

/** @param {import('./ports.mjs').PortWish} wish @param {boolean | undefined} exact @param {(line: string) => void} say */
async function choose(wish, exact, say) {
  if (!exact) return choosePort(wish, {}, say);
  if (!(await isFree(wish.fallback))) throw takenPort(wish.name, wish.fallback, wish.variable);
  return wish.fallback;
}

/** Stops the server of a state directory, if one runs there.
 * @param {string} wanted @returns {Promise<boolean>} whether there was one */
export async function stopTemporal(wanted) {
  const stateDir = path.resolve(wanted);
  const known = runningServer(stateDir);
  if (known) {
    await stopProcess(known);
    releasePorts(known.port, known.uiPort);
  }
  fs.rmSync(path.join(stateDir, 'temporal.json'), { force: true });
  return known !== undefined;
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(import.meta.filename)) {
  const stateDir = stateDirOf('.cache/local');
  if (process.argv[2] === 'stop') {
    console.log((await stopTemporal(stateDir)) ? 'stopped' : 'not running');
  } else {
    const begin = performance.now();
    const [port, uiPort] = [
      Number(process.env.FKS_TEMPORAL_PORT ?? 7233),
      Number(process.env.FKS_TEMPORAL_UI_PORT ?? 8233),
    ];
    const server = await startTemporal({ stateDir, port, uiPort, say: console.error });
    console.log({ ...server, ms: Math.round(performance.now() - begin) });
  }
}
