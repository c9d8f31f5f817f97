import fs from 'node:fs';
import { tradeCategories } from '../../../src/shared/trade-categories.js';
import { countRows } from '../../../tools/signals/counts.js';
import { gridRows } from '../../../tools/signals/grid.js';
import { missingFolders, priceFolders } from '../../../tools/signals/histories.js';
import { page, rowText } from '../../../tools/signals/page.js';
import { sharedData, titleWith } from '../../support/shared-data.js';

const written = fs.readFileSync('docs/generated/signals.md', 'utf8');
const dataSets = sharedData('datasets');
const missing = missingFolders(dataSets);

test('each category gives valid signals at some volatility, and where it does not the reason stands there', () => {
  const rows = gridRows();
  for (const category of tradeCategories) {
    const own = rows.filter(([name]) => name === category);
    expect(own.filter((row) => row.at(-1) === 'valid').length).toBeGreaterThan(4);
    expect(own.filter((row) => row.at(-2) === 'valid').length).toBeGreaterThan(4);
    expect(own.every((row) => row.at(-1) !== '' && row.at(-2) !== '')).toBe(true);
  }
});

test('the page that is committed has the words and the grid of today', () => {
  const withoutCounts = page([]);
  const head = withoutCounts.slice(0, withoutCounts.lastIndexOf('|\n') + 1);
  expect(written.startsWith(head)).toBe(true);
});

(missing.length === 0 ? describe : describe.skip)(
  titleWith('on recorded histories', missing.length === 0, missing.join(', ')),
  () => {
    // the others take longer to read; the command that writes the page counts all of them
    test.each(['stocks/intraday', 'crypto/daily/yahoo-usd'])(
      'the page has the counts of today for %s',
      async (folder) => {
        const rows = await countRows(
          dataSets,
          priceFolders.find((one) => one.folder === folder)!,
        );
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(written).toContain(`\n${rowText(row)}\n`);
      },
      60_000,
    );
  },
);
