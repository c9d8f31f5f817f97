// npm run demo: builds what has changed, then runs the compiled demo in this process.
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
await import(pathToFileURL(path.join(root, 'dist/tools/demo/main.js')).href);
