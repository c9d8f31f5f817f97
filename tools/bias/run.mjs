// node tools/bootstrap.mjs tools/bias/run.mjs [portfolios of each kind]: goes on where an interrupted run stopped
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/bias/main.js');
