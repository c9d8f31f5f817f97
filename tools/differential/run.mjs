// node tools/bootstrap.mjs tools/differential/run.mjs [problems of each kind]: goes on where an interrupted run stopped
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/differential/main.js');
