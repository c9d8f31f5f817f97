// npm run faults -- --row R --trials N --seed S [--resume]: builds what has changed, then runs the compiled fault lab in this process.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build.mjs';
import { interruption } from '../local/interrupt.mjs';
import { messageOf, root } from '../local/project.mjs';

const signal = interruption();
try {
  await build({ signal });
} catch (error) {
  console.error(messageOf(signal.reason ?? error));
  process.exit(signal.aborted ? 130 : 1);
}
await import(pathToFileURL(path.join(root, 'dist/tools/faults/main.js')).href);
