// node tools/bootstrap.mjs tools/opinion-record/run.mjs [histories of each market]: writes docs/generated/opinion-record.md
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/opinion-record/main.js');
