// npm run faults -- --row R --trials N --seed S [--resume]: builds what has changed, then runs the compiled fault lab in this process.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build.mjs';
import { messageOf, root } from '../local/project.mjs';

try {
  await build();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
await import(pathToFileURL(path.join(root, 'dist/tools/faults/main.js')).href);
