import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AssetId } from '../../../../src/shared/ids.js';
import { retryAfterMs } from '../../../../src/platform/outbound/retry-after.js';
import { dayMs, toIso, utcDate } from '../../../../src/shared/time.js';
import type { Asset } from '../../../../src/data/domain/asset.js';
import { intervalMs, type Interval } from '../../../../src/data/domain/candle.js';
import type {
  CandleAnswer,
  Quote,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from '../../../../src/data/sources/market-data-source.js';
import { sourceFamilies } from '../../../../src/data/sources/registry.js';
import { onlySource } from '../../../../tools/faults/corruption/fixtures.js';
import { recorded as alphavantage } from './alphavantage/recorded.table.js';
import { recorded as binance } from './binance/recorded.table.js';
import { recorded as coingecko } from './coingecko/recorded.table.js';
import { recorded as coinmarketcap } from './coinmarketcap/recorded.table.js';
import { recorded as polygon } from './polygon/recorded.table.js';
import type { RecordedRow, RecordedTable } from './recorded-table.js';
import { recorded as yahoofinance } from './yahoofinance/recorded.table.js';
import { sharedData, titleWith } from '../../../support/shared-data.js';

const tables: readonly RecordedTable[] = [yahoofinance, coingecko, binance, polygon, alphavantage, coinmarketcap];

// bodies that the vendors really sent
const folder = sharedData('recorded');
const isPresent = fs.existsSync(path.join(folder, 'manifest.json'));
const title = titleWith('recorded bodies', isPresent, folder);

interface ManifestRow {
  readonly file: string;
  readonly http_status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: 'success' | 'empty' | 'error';
}
const manifest: readonly ManifestRow[] = isPresent
  ? (JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as ManifestRow[])
  : [];

const usualNow = '2026-02-01T00:00:00Z';

function bodyOf(file: string): SourceResponse {
  const row = manifest.find((one) => one.file === file);
  if (!row) throw new Error(`${file} is not in the manifest`);
  const bytes = fs.readFileSync(path.join(folder, file));
  return response(row.http_status, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), row.headers);
}

const response = (status: number, body: string, headers: ManifestRow['headers'] = {}): SourceResponse => ({
  kind: 'response',
  status,
  body,
  header: (name) => headers[name.toLowerCase()],
  simulatedSeed: null,
});

/** The recorded body comes first; what a source asks besides gets the table's other answers. */
function recordedIo(row: RecordedRow, { others = [] }: RecordedTable): SourceIo {
  let requests = 0;
  return {
    signal: new AbortController().signal,
    now: () => Date.parse(row.now ?? usualNow),
    get: (url) => {
      if (requests++ === 0) return Promise.resolve(bodyOf(row.file));
      const other = others.find(({ on }) => `${url.pathname}${url.search}`.includes(on));
      return Promise.resolve(other ? response(other.status, other.body) : response(599, 'no answer on file'));
    },
  };
}

async function outcomeOf(row: RecordedRow, table: RecordedTable): Promise<string> {
  const family = sourceFamilies.find(({ name }) => name === table.family)!;
  const source = onlySource(family, table.environment ?? {});
  const asset: Asset = {
    id: 'RECORDED' as AssetId,
    assetClass: row.assetClass,
    name: row.symbol,
    venues: { [table.family]: row.symbol },
    aliases: [],
    enabled: true,
    priority: 1,
    intervals: ['1d'],
    sourceOrder: [],
  };
  const io = recordedIo(row, table);
  if (row.asked === 'quote') return told(await source.latestQuote!(asset, io), '1d');
  const interval = row.interval ?? '1d';
  const from = row.from == null ? null : Date.parse(row.from);
  return told(await source.candles({ asset, interval, from, to: io.now() }, io), interval);
}

/** An outcome in one line, as the tables write it. */
function told(outcome: SourceOutcome<CandleAnswer | Quote>, interval: Interval): string {
  if (outcome.kind === 'rateLimited' && outcome.retryAfterMs !== undefined) {
    return `rateLimited ${outcome.retryAfterMs}`;
  }
  if (outcome.kind !== 'ok') return outcome.kind;
  if (!('candles' in outcome.value)) return `price ${outcome.value.price} at ${toIso(outcome.value.time)}`;
  const { candles, rowsRefused, actions } = outcome.value;
  const [first, last] = [candles[0]!, candles.at(-1)!];
  const shown = intervalMs[interval] < dayMs ? toIso : utcDate;
  return [
    `${candles.length} bars ${shown(first.openTime)} to ${shown(last.openTime)}, last ${last.close}`,
    ...(rowsRefused > 0 ? [`${rowsRefused} refused`] : []),
    ...(actions.length > 0 ? [`${actions.length} action(s)`] : []),
  ].join(', ');
}

test('every row of every table says why', () => {
  const silent = tables.flatMap(({ rows }) => rows).filter(({ why }) => why.trim().length < 10);
  expect(silent).toEqual([]);
});

(isPresent ? describe : describe.skip)(title, () => {
  test('every body of the manifest stands in a table, and no other', () => {
    const reviewed = new Set(tables.flatMap(({ rows }) => rows.map(({ file }) => file)));
    expect([...reviewed].sort()).toEqual(manifest.map(({ file }) => file).sort());
    for (const table of tables) {
      expect(table.rows.filter(({ file }) => !file.startsWith(`${table.folder}/`))).toEqual([]);
    }
  });

  test('what the manifest calls an error is never taken for bars or a price', () => {
    const errors = new Set(manifest.filter(({ kind }) => kind === 'error').map(({ file }) => file));
    expect(errors.size).toBeGreaterThan(20);
    const believed = tables.flatMap(({ rows }) =>
      rows.filter(({ file, outcome }) => errors.has(file) && /^(price|\d+ bars)/.test(outcome)),
    );
    expect(believed).toEqual([]);
  });

  test('a delay that the vendor named is in the outcome', () => {
    const named = manifest.filter(({ http_status, headers }) => http_status === 429 && 'retry-after' in headers);
    for (const { file, headers } of named) {
      const delay = retryAfterMs(headers['retry-after'], Date.parse(usualNow));
      const outcomes = tables.flatMap(({ rows }) => rows.filter((row) => row.file === file).map((row) => row.outcome));
      expect(outcomes).toEqual(outcomes.map(() => `rateLimited ${delay}`));
    }
  });

  describe.each(tables.map((table) => [table.family, table] as const))('%s', (_, table) => {
    test.each(table.rows.map((row) => [row.file, row.asked, row.interval ?? '1d', row.outcome, row] as const))(
      '%s as %s of %s: %s',
      async (_file, _asked, _interval, outcome, row) => {
        expect(await outcomeOf(row, table)).toBe(outcome);
      },
    );
  });

  test('two pages of Binance are joined without a bar lost or doubled', async () => {
    const pages = ['page1', 'page2'].map((page) => bodyOf(`binance/klines-1d-btcusdt-2020-${page}-1000.json`));
    const starts: (string | null)[] = [];
    const io: SourceIo = {
      signal: new AbortController().signal,
      now: () => Date.parse(usualNow),
      get: (url) => {
        starts.push(url.searchParams.get('startTime'));
        return Promise.resolve(pages.shift() ?? bodyOf('binance/klines-empty.json'));
      },
    };
    const source = onlySource(
      sourceFamilies.find(({ name }) => name === 'binance')!,
      {},
    );
    const asset = { id: 'BTC', assetClass: 'crypto', venues: { binance: 'BTCUSDT' } } as unknown as Asset;
    const from = Date.parse('2020-01-01T00:00:00Z');
    const outcome = await source.candles({ asset, interval: '1d', from, to: io.now() }, io);
    expect(told(outcome, '1d')).toBe('2000 bars 2020-01-01 to 2025-06-22, last 100963.87000000');
    expect(starts).toEqual(['1577836800000', '1664236800000', '1750636800000']);
  });
});
