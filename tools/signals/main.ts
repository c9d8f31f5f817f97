// docs/generated/signals.md: what the rules give at each volatility, and what they gave on the recorded histories.
import path from 'node:path';
import { interruption } from '../local/interrupt.mjs';
import { root, shown, writeWhole } from '../local/project.mjs';
import { countRows } from './counts.js';
import { missingFolders, priceFolders } from './histories.js';
import { page, rowText } from './page.js';

const dataSets = path.resolve(root, process.env['FKS_SHARED'] ?? '../shared', 'data/datasets');
const missing = missingFolders(dataSets);
if (missing.length > 0)
  throw new Error(`the recorded histories are not all there: ${missing.join(', ')} in ${dataSets}`);

const signal = interruption();
const counts: string[][] = [];
for (const folder of priceFolders) {
  signal.throwIfAborted();
  for (const row of await countRows(dataSets, folder)) {
    counts.push(row);
    console.log(rowText(row));
  }
}
const file = path.join(root, 'docs/generated/signals.md');
writeWhole(file, page(counts));
console.log(`written: ${shown(file)}`);
