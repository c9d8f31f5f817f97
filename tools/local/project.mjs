// Where the project lies. The same file also runs from dist/tools/local, so it looks for the lock file instead of counting folders.
import fs from 'node:fs';
import path from 'node:path';

/** @param {string} from */
function nearestProject(from) {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (fs.existsSync(path.join(dir, 'package-lock.json'))) return dir;
    if (dir === path.dirname(dir)) throw new Error(`no package-lock.json above ${from}`);
  }
}

export const root = nearestProject(import.meta.dirname);

/** Folder of the embedded servers' state: FKS_STATE_DIR, or the given one below the project.
 * @param {string} fallback @param {NodeJS.ProcessEnv} env */
export const stateDirOf = (fallback, env = process.env) => path.resolve(root, env.FKS_STATE_DIR || fallback);

/** The path as a person in the project's folder would type it.
 * @param {string} file */
export const shown = (file) => {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
};

/** The last lines of a log file, for a message that says why something failed; of what came after `from` bytes alone.
 * @param {string} file @param {number} lines @param {number} from */
export function tail(file, lines = 20, from = 0) {
  if (!fs.existsSync(file)) return '';
  const { size } = fs.statSync(file);
  const length = Math.max(0, Math.min(size - from, 64 * 1024));
  const buffer = Buffer.alloc(length);
  const fd = fs.openSync(file, 'r');
  try {
    fs.readSync(fd, buffer, 0, length, size - length);
  } finally {
    fs.closeSync(fd);
  }
  return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Opens a log for appending; one that has grown over 10 MB is put aside first.
 * @param {string} file */
export function openLog(file) {
  if (fs.existsSync(file) && fs.statSync(file).size > 10_000_000) fs.renameSync(file, `${file}.1`);
  return fs.openSync(file, 'a');
}

/** Writes a small file so that no reader ever sees half of it, not even after a kill -9.
 * @param {string} file @param {string} text @param {number} mode */
export function writeWhole(file, text, mode = 0o644) {
  const part = `${file}.${process.pid}.part`;
  fs.writeFileSync(part, text, { mode });
  fs.renameSync(part, file);
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
