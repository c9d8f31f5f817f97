// npm run faults -- --row R --trials N --seed S [--resume]
import { buildAndRun } from '../local/build-and-run.mjs';

await buildAndRun('tools/faults/main.js');
