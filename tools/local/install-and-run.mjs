// Plain Node >= 20, no packages: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from './lock.mjs';
import { commandsAbove, isAlive } from './processes.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = path.join(root, 'node_modules/.bin');
const stampFile = path.join(root, 'node_modules/.installed-from');

/** PATH without any project's own .bin: `npm ci` deletes node_modules, so neither npm nor its scripts may run on the Node in there. */
const outerPath = (process.env.PATH ?? '')
  .split(path.delimiter)
  .filter((dir) => !dir.split(path.sep).includes('node_modules'))
  .join(path.delimiter);

const wanted = () =>
  createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');

/** @param {string} stamp */
const isInstalled = (stamp) => fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === stamp;

/** Installs what the lock file names, unless that has been done; two callers do it once. */
async function install() {
  if (isInstalled(wanted())) return;
  const release = await lock(path.join(root, '.cache/install.lock'), {
    onWait: ({ pid }) => console.error(`another run (process ${pid}) is installing; waiting for it`),
  });
  try {
    const stamp = wanted();
    if (isInstalled(stamp)) return;
    console.error('installing the packages that package-lock.json names (once, about a minute) ...');
    const begin = Date.now();
    // dev and optional packages whatever NODE_ENV and the user's npm settings say
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const result = spawnSync('npm', args, {
      cwd: root,
      env: outerEnvironment(),
      stdio: ['ignore', 2, 2],
    });
    if (result.error) throw new Error(`npm could not be run: ${result.error.message}`);
    if (result.status !== 0)
      throw new Error(`npm ci failed (${result.status ?? result.signal}); its message stands above`);
    fs.writeFileSync(stampFile, stamp);
    console.error(`installed in ${Math.round((Date.now() - begin) / 1000)} s`);
  } finally {
    release();
  }
}

/** The environment without what an outer npm put into it, except where packages come from. */
function outerEnvironment() {
  const kept =
    /^npm_config_(cache|registry|userconfig|globalconfig|prefix|cafile|ca|https?[-_]proxy|proxy|noproxy|offline|prefer_offline)$/i;
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  return { ...Object.fromEntries(entries), PATH: outerPath };
}

/** Runs a script on the pinned Node (the user's own where there is none), with this process's terminal, signals and exit code.
 * @param {string[]} command */
export async function installAndRun(command) {
  if (command.length === 0) throw new Error('usage: node tools/bootstrap.mjs <script> [args...]');
  await install();
  const pinned = path.join(bin, 'node');
  const child = spawn(fs.existsSync(pinned) ? pinned : process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${outerPath}`,
      FKS_BOOTSTRAP_PID: String(process.pid),
      INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  endWithParent(() => child.kill('SIGTERM'));
  child.once('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + os.constants.signals[signal ?? 'SIGTERM']);
  });
}

/** After a kill -9 of npm nobody would be left to stop the stack from the terminal.
 * @param {() => void} stop */
function endWithParent(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const above = commandsAbove();
  const timer = setInterval(() => {
    if (above.every(isAlive)) return;
    clearInterval(timer);
    stop();
  }, 1_000);
  timer.unref();
}
