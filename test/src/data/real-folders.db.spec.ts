import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { CandleRepository } from '../../../src/data/candle.repository.js';
import { PriceCollector } from '../../../src/data/price-collector.js';
import { assets } from '../../../src/data/domain/assets.js';
import { HttpSourceIo } from '../../../src/data/sources/http-source-io.js';
import { sourcesInOrder } from '../../../src/data/sources/registry.js';
import { useDatabase } from '../../support/database.js';

// Real histories, which may not be published, so a checkout may be without them.
const shared = path.resolve(process.env['FKS_SHARED'] ?? '../shared', 'data/datasets');
const folders = ['crypto/daily/cmc-usd', 'crypto/daily/binance-usdt', 'stocks/daily/yahoo-adjusted'].map((one) =>
  path.join(shared, one),
);
const isPresent = folders.every((folder) => fs.existsSync(folder));
const title = isPresent
  ? 'real histories'
  : `real histories (skipped: there is no ${shared}; FKS_SHARED names another place)`;

/** Dates and volumes of a file, read without the adapter. */
function linesOf(file: string) {
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => ({ date: line.split(',')[0]!, volume: Number(line.split(',')[5]) }));
}

(isPresent ? describe : describe.skip)(title, () => {
  const db = useDatabase();

  test.each(folders)('every row of every file of %s is stored, once', async (folder) => {
    const baseUrl = 'http://127.0.0.1:9';
    const settings = { priceFolders: [folder], binance: { baseUrl }, yahoofinance: { baseUrl } };
    const repository = new CandleRepository(db.orm.em.fork());
    const collector = new PriceCollector(sourcesInOrder(['csv'], settings), repository);
    const io = new HttpSourceIo({ signal: new AbortController().signal });
    const files = fs.readdirSync(folder).filter((file) => file.endsWith('.csv'));
    let collected = 0;
    for (const { id } of assets) {
      const file = files.find((name) => [`${id}.csv`, `${id}-USD.csv`, `${id}USDT.csv`].includes(name));
      if (!file) continue;
      collected += 1;
      const lines = linesOf(path.join(folder, file));
      const collect = () => {
        const input = {
          collectionId: randomUUID(),
          assetId: id,
          interval: '1d',
          asOf: '2021-01-01T00:00:00Z',
        } as const;
        return collector.collect(input, io, () => undefined);
      };
      const report = await collect();
      expect(report).toMatchObject({
        rowsRead: lines.length,
        rowsNew: lines.length,
        rowsRefused: 0,
        rowsStored: lines.length,
        firstOpenTime: `${lines[0]!.date}T00:00:00Z`,
        lastOpenTime: `${lines.at(-1)!.date}T00:00:00Z`,
      });
      expect(await collect()).toMatchObject({ rowsNew: 0, rowsRevised: 0 });
      const stored = await repository.closedBars(report.series!, null);
      expect(stored.filter(({ volume }) => volume === null)).toHaveLength(
        lines.filter(({ volume }) => volume === 0).length,
      );
    }
    // no file is left out because its asset is not registered
    expect(collected).toBe(files.length);
  });
});
