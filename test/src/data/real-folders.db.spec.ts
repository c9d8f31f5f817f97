import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { AssetRegistry } from '../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../src/data/candles/candle.repository.js';
import { ConsensusService } from '../../../src/data/candles/consensus.service.js';
import type { Asset, AssetClass } from '../../../src/data/domain/asset.js';
import type { Candle, Interval, SeriesRef } from '../../../src/data/domain/candle.js';
import { deriveBars } from '../../../src/data/domain/derive.js';
import { defaultSettings } from '../../../src/data/domain/seed-assets.js';
import { csv } from '../../../src/data/sources/csv/csv.source.js';
import { HttpSourceIo } from '../../../src/data/sources/http-source-io.js';
import type { CandleAnswer, MarketDataSource } from '../../../src/data/sources/market-data-source.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { dayMs, toIso, utcDate } from '../../../src/shared/time.js';
import { useDatabase } from '../../support/database.js';
import { sharedData, titleWith } from '../../support/shared-data.js';

const shared = sharedData('datasets');
const manifestFile = path.join(shared, 'manifest.json');
const isPresent = existsSync(manifestFile);
const title = titleWith('real histories', isPresent, shared);

interface ListedFile {
  readonly file: string;
  readonly step: string;
  readonly rows: number;
  readonly first: string;
  readonly last: string;
}

const listed = isPresent ? (JSON.parse(readFileSync(manifestFile, 'utf8')) as ListedFile[]) : [];
/** One table a file; wide tables and the tables of splits and names are something else. */
const isPriceFile = ({ file }: ListedFile) => !/close-only|factor_files|map_files/.test(file);
const dailyFiles = listed.filter((one) => one.step === '1d' && isPriceFile(one));

/** The asset that a file names, whether it is registered or not: `FB` and `WMI` are names of the past. */
function assetOf(file: string): Asset {
  const assetClass: AssetClass = file.startsWith('crypto') ? 'crypto' : 'stock';
  const id = path
    .basename(file)
    .replace(/\.csv(\.gz)?$/, '')
    .replace(/-(1m|5m|1h)(-.*)?$/, '')
    .replace(/(-USD|USDT|USD)$/, '');
  return { id: id as AssetId, assetClass, name: id, venues: {}, aliases: [], ...defaultSettings(assetClass) };
}

/** Dates and volumes of a file, read without the adapter. */
function linesOf(file: string) {
  const lines = readFileSync(path.join(shared, file), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => ({ date: line.split(',')[0]!, volume: Number(line.split(',')[5]) }));
}

(isPresent ? describe : describe.skip)(title, () => {
  const db = useDatabase();
  const candles = () => new CandleRepository(db.orm.em.fork());
  const io = new HttpSourceIo({ signal: new AbortController().signal });

  async function answerOf(file: string, interval: Interval): Promise<[MarketDataSource, CandleAnswer]> {
    const [source] = csv.open({ FKS_PRICES: path.join(shared, path.dirname(file)) });
    const outcome = await source!.candles({ asset: assetOf(file), interval, from: null, to: Date.now() }, io);
    if (outcome.kind !== 'ok') throw new Error(`${file}: ${JSON.stringify(outcome)}`);
    return [source!, outcome.value];
  }

  async function stored(file: string, interval: Interval): Promise<{ series: SeriesRef; answer: CandleAnswer }> {
    const [{ id: source }, answer] = await answerOf(file, interval);
    const { quoteCurrency, adjustment } = answer;
    const series = { assetId: assetOf(file).id, interval, source, quoteCurrency, adjustment };
    await candles().storeSeries(series, answer.candles);
    return { series, answer };
  }

  test('there are files of every daily folder', () => {
    const folders = new Set(dailyFiles.map(({ file }) => path.dirname(file)));
    expect([...folders].sort()).toEqual([
      'crypto/daily/binance-usdt',
      'crypto/daily/cmc-usd',
      'crypto/daily/yahoo-usd',
      'stocks/daily/alphavantage-raw',
      'stocks/daily/index',
      'stocks/daily/lean-raw',
      'stocks/daily/yahoo-adjusted',
    ]);
  });

  test.each(dailyFiles.map((one) => [one.file, one] as const))(
    'every row of %s is stored, once, with its first and last date',
    async (file, { rows, first, last }) => {
      const lines = linesOf(file);
      const { series, answer } = await stored(file, '1d');
      expect(answer.rowsRefused).toBe(0);
      expect(lines).toHaveLength(rows);
      const extent = await candles().extent(series);
      expect(extent.rows).toBe(rows);
      expect([utcDate(extent.first!), utcDate(extent.last!)]).toEqual([first, last]);
      expect([lines[0]!.date, lines.at(-1)!.date]).toEqual([first, last]);
      expect(await candles().storeSeries(series, answer.candles)).toEqual({ rowsNew: 0, rowsRevised: 0 });
      const read = await candles().closedBars(series, null);
      expect(read.map(({ openTime }) => utcDate(openTime))).toEqual(lines.map(({ date }) => date));
      // a volume of nothing is unknown
      expect(read.filter(({ volume }) => volume === null)).toHaveLength(
        lines.filter(({ volume }) => volume === 0).length,
      );
    },
  );

  test('two real sources of Litecoin disagree on one day in a hundred, once USDT is worth what it was', async () => {
    const em = db.orm.em.fork();
    const consensus = new ConsensusService(em, new CandleRepository(em), new AssetRegistry(em));
    const judged = { assetClass: 'crypto', interval: '1d', adjustment: 'unknown', from: 0, to: Date.now() } as const;
    const assetId = 'LTC' as AssetId;
    const disagreement = await consensus.disagreement({ assetId, ...judged });
    expect(disagreement).toMatchObject({ compared: 1_283, disputed: 0 });
    // by hand from the two files and that of USDT: 13 of 1,283 days; at one dollar each it would be 49
    expect(await consensus.judge({ assetId, ...judged })).toEqual({ disputed: 13 });
  });

  test('bars within a day come from archives, too, with the first and the last of the file', async () => {
    const hourly = listed.find(({ file }) => file === 'crypto/hourly/BTCUSDT-1h.csv.gz')!;
    const { series } = await stored(hourly.file, '1h');
    const extent = await candles().extent(series);
    expect([extent.rows, toIso(extent.first!), toIso(extent.last!)]).toEqual([hourly.rows, hourly.first, hourly.last]);
  });

  test('Bitcoin’s hours sum to its days, but for the three days that the index names', async () => {
    const daily = await answerOf('crypto/daily/binance-usdt/BTCUSDT.csv', '1d');
    const days = new Map(daily[1].candles.map((bar) => [bar.openTime, bar]));
    const { candles: hours } = (await answerOf('crypto/hourly/BTCUSDT-1h.csv.gz', '1h'))[1];
    const differs = (a: Candle, b: Candle) =>
      (['open', 'high', 'low', 'close', 'volume'] as const).filter(
        // both are printed by the same venue; sums of printed volumes differ from the printed sum in the last digit
        (field) => Math.abs(Number(a[field]) / Number(b[field]) - 1) > 1e-8,
      );

    // as the index compares them: all hours that there are, also of days with an outage
    const byDay = new Map<number, Candle[]>();
    for (const hour of hours) {
      const day = Math.floor(hour.openTime / dayMs) * dayMs;
      byDay.set(day, [...(byDay.get(day) ?? []), hour]);
    }
    const compared = [...byDay].filter(([day]) => days.has(day));
    const summed = ([day, own]: [number, Candle[]]): Candle => ({
      openTime: day,
      open: own[0]!.open,
      high: String(Math.max(...own.map(({ high }) => Number(high)))),
      low: String(Math.min(...own.map(({ low }) => Number(low)))),
      close: own.at(-1)!.close,
      volume: String(own.reduce((sum, { volume }) => sum + Number(volume), 0)),
    });
    const different = compared
      .map(summed)
      .filter((bar) =>
        differs(bar, days.get(bar.openTime)!).some((field) => ['high', 'close', 'volume'].includes(field)),
      );
    expect(compared).toHaveLength(2_180);
    expect(different.map(({ openTime }) => utcDate(openTime))).toEqual(['2019-06-07', '2021-02-11', '2023-12-20']);

    // as bars are derived here: only of days with all their hours, and then all five numbers but the one that is known
    const derived = deriveBars(hours, '1h', '1d', 'crypto').filter(({ openTime }) => days.has(openTime));
    const whole = compared.filter(([, own]) => own.length === 24);
    expect(derived).toHaveLength(whole.length);
    const wrong = derived.flatMap((bar) =>
      differs(bar, days.get(bar.openTime)!).map((field) => `${utcDate(bar.openTime)} ${field}`),
    );
    expect(wrong).toEqual(['2019-06-07 volume']);
  });

  test('New York’s five-minute bars of 2025 are stored for its sessions', async () => {
    const { file } = listed.find((one) => one.file.startsWith('stocks/intraday/'))!;
    const lines = createInterface({ input: createReadStream(path.join(shared, file)).pipe(createGunzip()) });
    let rows = -1;
    for await (const line of lines) if (line) rows += 1;
    const [, answer] = await answerOf(file, '5m');
    // before and after the session the exchange has no bars: those rows are told, and not taken
    expect(answer.candles.length + answer.rowsRefused).toBe(rows);
  });
});
