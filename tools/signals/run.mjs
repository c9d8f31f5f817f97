// node tools/bootstrap.mjs tools/signals/run.mjs: a minute or two
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/signals/main.js');
