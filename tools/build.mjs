// Builds dist (Nest's compiler, then the workflow bundle) when the sources have changed since the last build:
//   node tools/build.mjs [--force]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { holderOf, lock } from './local/lock.mjs';
import { root, shown } from './local/project.mjs';

const dist = path.join(root, 'dist');
// As deep as dist, so that source maps stay right when it is renamed.
const nextPrefix = '.dist-next-';
const next = path.join(root, `${nextPrefix}${process.pid}`);
const stampFile = path.join(dist, '.built-from');
const folders = ['src', 'workflows', 'activities', 'tools', 'bench'];

/** Fingerprint of everything that the build reads. */
function stampOfSources() {
  const hash = createHash('sha256');
  const configs = fs
    .readdirSync(root)
    .filter((name) => /^(tsconfig.*\.json|nest-cli\.json|package-lock\.json)$/.test(name));
  const sources = folders
    .map((name) => path.join(root, name))
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|mts|js|mjs|cjs|json)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  for (const file of [...configs, ...sources].sort()) {
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} stamp */
const isBuilt = (stamp) =>
  fs.existsSync(stampFile) &&
  fs.readFileSync(stampFile, 'utf8') === stamp &&
  fs.existsSync(path.join(dist, 'workflow-bundle.cjs'));

/** @param {string} what @param {string[]} args @param {AbortSignal | undefined} stop */
async function step(what, args, stop) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2], ...(stop && { signal: stop }) });
  const [status, signal] = /** @type {[number | null, string | null]} */ (await once(child, 'exit'));
  if (status !== 0) throw new Error(`${what} failed (${status ?? signal}); its message stands above`);
}

/** Makes dist agree with the sources; two callers at a time build once. A failed build leaves the old dist as it was.
 * @param {{ force?: boolean, say?: (line: string) => void, signal?: AbortSignal, restarts?: string }} options `restarts`:
 *   the state folder whose stack the caller starts anew afterwards @returns {Promise<boolean>} whether it had to build */
export async function build({ force = false, say = console.error, signal, restarts } = {}) {
  if (!force && isBuilt(stampOfSources())) return false;
  const release = await lock(path.join(root, '.cache/build.lock'), {
    onWait: ({ pid }) => say(`another run (process ${pid}) is building; waiting for it`),
  });
  try {
    const stamp = stampOfSources();
    if (!force && isBuilt(stamp)) return false;
    const begin = Date.now();
    say('building ...');
    // a compiler that outlived its killed caller may still write to the folder it was given
    for (const name of fs.readdirSync(root).filter((entry) => entry.startsWith(nextPrefix))) {
      fs.rmSync(path.join(root, name), { recursive: true, force: true });
    }
    const config = path.join(root, '.cache/tsconfig.next.json');
    fs.writeFileSync(config, JSON.stringify({ extends: '../tsconfig.build.json', compilerOptions: { outDir: next } }));
    await step(
      'the build',
      ['node_modules/@nestjs/cli/bin/nest.js', 'build', '--path', path.relative(root, config)],
      signal,
    );
    await step('the workflow bundle', ['tools/bundle-workflows.mjs', next], signal);
    fs.writeFileSync(path.join(next, '.built-from'), stamp);
    replaceDist();
    say(`built in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    for (const state of runningStacks().filter((folder) => folder !== restarts))
      say(`the stack of ${shown(state)} keeps running the old build until it is started again`);
    return true;
  } finally {
    fs.rmSync(next, { recursive: true, force: true });
    release();
  }
}

/** Two renames instead of a rewrite file by file: a running stack that restarts a process finds one build or the other. */
function replaceDist() {
  const old = path.join(root, `.cache/dist-old-${process.pid}`);
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(dist)) fs.renameSync(dist, old);
  fs.renameSync(next, dist);
  fs.rmSync(old, { recursive: true, force: true });
}

/** State folders below .cache whose stack is up. */
function runningStacks() {
  const cache = path.join(root, '.cache');
  return fs
    .readdirSync(cache, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(cache, entry.name))
    .filter((folder) => holderOf(path.join(folder, 'stack.lock')) !== undefined);
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(import.meta.filename)) {
  try {
    const force = process.argv.includes('--force');
    if (!(await build({ force }))) console.error('nothing has changed since the last build');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
