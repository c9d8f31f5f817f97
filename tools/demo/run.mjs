// npm run demo -- [options]
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/demo/main.js');
