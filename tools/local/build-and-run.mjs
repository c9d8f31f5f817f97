// Builds what has changed, then runs one of the compiled programs in this process.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build.mjs';
import { interruption } from './interrupt.mjs';
import { messageOf, root } from './project.mjs';

/** @param {string} program below dist */
export async function buildAndRun(program) {
  const signal = interruption();
  try {
    await build({ signal });
  } catch (error) {
    console.error(messageOf(signal.reason ?? error));
    process.exit(signal.aborted ? 130 : 1);
  }
  await import(pathToFileURL(path.join(root, 'dist', program)).href);
}
