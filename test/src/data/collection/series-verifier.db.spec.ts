import type { MikroORM } from '@mikro-orm/postgresql';
import type { SourceAttempt, SourceFetched, VerifySeriesInput } from '../../../../src/data/data.contract.js';
import type { PriceBasis, SeriesRef } from '../../../../src/data/domain/candle.js';
import { unreached } from '../../../../src/data/domain/collecting.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import type { EpochMs } from '../../../../src/shared/time.js';
import { collectionParts } from '../../../support/collecting.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { barsOf, stubSource } from '../../../support/stub-source.js';

let database: TestDatabase;
let orm: MikroORM;
beforeEach(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
});
afterEach(async () => {
  await orm.close(true);
  await database.drop();
});

const now = Date.parse('2025-06-10T12:00:00Z');
const asOf = '2025-06-10T00:40:00Z';
const from = '2025-01-01T00:00:00Z';

const binance = stubSource('binance', { candles: { crypto: ['1d'] } });
const coingecko = stubSource('coingecko', { candles: { crypto: ['1d'] } });
const fks = stubSource('fks_data', { candles: { crypto: ['1d'] }, basis: 'perpetual' });

const verify = (fetched: SourceFetched[], change: Partial<VerifySeriesInput> = {}, basis: PriceBasis = 'spot') => {
  const { verifier } = collectionParts(orm, [binance, coingecko, fks], basis);
  const input = { collectionId: 'c', assetId: 'BTC' as AssetId, interval: '1d', from, asOf, spared: [] } as const;
  return verifier.verify({ ...input, spared: [], ...change, fetched }, () => undefined, now);
};
const seriesOf = (source: string, over: Partial<SeriesRef> = {}): SeriesRef => ({
  assetId: 'BTC' as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'raw',
  ...over,
});
interface Had {
  to?: string;
  closeOf?: (open: EpochMs) => string;
  without?: string;
}
/** What a source gave, after its bars were stored. */
async function gave(source: string, { to = '2025-06-10', closeOf, without }: Had = {}, name = source) {
  const { candles, assets } = collectionParts(orm, []);
  const asset = (await assets.catalogue()).of('BTC' as AssetId)!;
  const all = barsOf({ asset, interval: '1d', from: Date.parse(from), to: Date.parse(to) }, closeOf);
  const bars = all.filter(({ openTime }) => openTime !== (without === undefined ? undefined : Date.parse(without)));
  const counts = await candles.storeSeries(seriesOf(name), bars);
  const fetched: SourceFetched = {
    ...unreached(''),
    source,
    outcome: 'ok',
    milliseconds: 3,
    isCurrent: true,
    series: seriesOf(name),
    simulated: name !== source,
    rowsRead: bars.length,
    ...counts,
  };
  delete fetched.detail;
  return fetched;
}
const failed = (source: string, outcome: SourceAttempt['outcome'], detail = 'status 503'): SourceFetched => ({
  ...unreached(detail),
  source,
  outcome,
});
test('the series is that of the first source in the order of the asset, and the counts are of all', async () => {
  const fetched = [await gave('coingecko'), await gave('binance', { without: '2025-03-03' })];
  expect(await verify(fetched, { spared: [{ source: 'polygon', outcome: 'notOffered', milliseconds: 0 }] })).toEqual({
    assetId: 'BTC',
    interval: '1d',
    series: seriesOf('binance'),
    simulated: false,
    rowsRead: 319,
    rowsNew: 319,
    rowsRevised: 0,
    rowsRefused: 0,
    refused: [],
    rowsStored: 159,
    firstOpenTime: from,
    lastOpenTime: '2025-06-09T00:00:00Z',
    attempts: [
      { source: 'coingecko', outcome: 'ok', milliseconds: 3 },
      { source: 'binance', outcome: 'ok', milliseconds: 3 },
      { source: 'polygon', outcome: 'notOffered', milliseconds: 0 },
    ],
    votes: 2,
    disputedBars: 0,
    missingBars: 1,
    wantedFrom: from,
    missingBeforeFirst: 0,
    whyNotEarlier: null,
    fresh: true,
  });
});

test('what is missing before the first stored bar is counted, with the reason of each source', async () => {
  const keeps = stubSource('coingecko', { candles: { crypto: ['1d'] }, historyDays: { '1d': 365 } });
  const earlier = (fetched: SourceFetched[], sources = [binance, keeps], wantedFrom = '2020-01-01T00:00:00Z') => {
    const { verifier } = collectionParts(orm, sources);
    const input = { collectionId: 'c', assetId: 'BTC' as AssetId, interval: '1d', asOf, spared: [] } as const;
    return verifier.verify({ ...input, spared: [], from: wantedFrom, fetched }, () => undefined, now);
  };
  const fetched = [await gave('coingecko')];
  expect(await earlier(fetched)).toMatchObject({
    wantedFrom: '2020-01-01T00:00:00Z',
    firstOpenTime: from,
    missingBars: 0,
    missingBeforeFirst: 5 * 365 + 2,
    whyNotEarlier: 'coingecko keeps 365 days of 1d; binance was not asked',
  });
  expect(await earlier([...fetched, failed('binance', 'unavailable')])).toMatchObject({
    series: { source: 'coingecko' },
    whyNotEarlier: 'coingecko keeps 365 days of 1d; binance could not give them (unavailable)',
  });
  // within what it keeps it says itself that there is nothing
  expect(await earlier(fetched, [keeps], '2024-12-30T00:00:00Z')).toMatchObject({
    missingBeforeFirst: 2,
    whyNotEarlier: 'coingecko has no earlier bars',
  });
});

test('without a series all that was wanted is missing, and nothing is known of a first bar', async () => {
  expect(await verify([failed('binance', 'unavailable')])).toMatchObject({
    series: null,
    wantedFrom: from,
    missingBars: 160,
    missingBeforeFirst: null,
    whyNotEarlier: null,
  });
});

test('bars about which two sources disagree are counted as held back', async () => {
  const off = Date.parse('2025-05-05T00:00:00Z');
  const fetched = [
    await gave('binance'),
    await gave('coingecko', { closeOf: (open) => (open === off ? '103' : '100') }),
  ];
  expect(await verify(fetched)).toMatchObject({ series: { source: 'binance' }, votes: 2, disputedBars: 1 });
});

test('a source that stopped is no vote, and the series only when nobody goes on', async () => {
  const old = { ...(await gave('binance', { to: '2025-05-01' })), isCurrent: false };
  const older = { ...(await gave('coingecko', { to: '2025-04-01' })), isCurrent: false };
  expect(await verify([old, older])).toMatchObject({
    series: { source: 'binance' },
    votes: 0,
    missingBars: 40,
    fresh: false,
  });
  expect(await verify([old, await gave('coingecko')])).toMatchObject({ series: { source: 'coingecko' }, votes: 1 });
});

test('what is stored of a source that could not be asked answers when it leaves nothing to ask for', async () => {
  await gave('binance');
  expect(await verify([failed('binance', 'unavailable')])).toMatchObject({
    series: { source: 'binance' },
    rowsRead: 0,
    rowsNew: 0,
    rowsStored: 160,
    votes: 1,
    fresh: true,
    attempts: [{ outcome: 'unavailable', detail: 'status 503; what is stored of it leaves nothing to ask for' }],
  });
  // the first of the asset's order, though another one was asked and answered
  expect(await verify([failed('binance', 'rateLimited'), await gave('coingecko')])).toMatchObject({
    series: { source: 'binance' },
    votes: 2,
  });
  // one that says that it does not have the asset any more could be asked
  expect(await verify([failed('binance', 'unknownAsset')])).toMatchObject({ series: null, votes: 0 });
});

test('an incomplete or a simulated history does not answer for a source that could not be asked', async () => {
  await gave('binance', { to: '2025-06-09' });
  await gave('coingecko', {}, 'simulated:coingecko:7');
  expect(await verify([failed('binance', 'unavailable'), failed('coingecko', 'unavailable')])).toMatchObject({
    series: null,
    attempts: [
      { source: 'binance', outcome: 'unavailable', detail: 'status 503' },
      { source: 'coingecko', outcome: 'unavailable', detail: 'status 503' },
    ],
  });
});

test('parts that came before a source failed are better than nothing, and no vote', async () => {
  const half = { ...(await gave('binance', { to: '2025-03-01' })), outcome: 'badAnswer' as const, isCurrent: true };
  expect(await verify([half])).toMatchObject({ series: { source: 'binance' }, votes: 0, fresh: false });
  expect(await verify([half, await gave('coingecko')])).toMatchObject({ series: { source: 'coingecko' }, votes: 1 });
});

test('perpetual prices are no series of the spot basis and no vote; under perpetual they are the series', async () => {
  const fetched = [await gave('binance'), await gave('fks_data')];
  expect(await verify(fetched)).toMatchObject({ series: { source: 'binance' }, votes: 1 });
  expect(await verify(fetched.slice(1))).toMatchObject({ series: null });
  expect(await verify(fetched, {}, 'perpetual')).toMatchObject({ series: { source: 'fks_data' }, votes: 1 });
  expect(await verify(fetched.slice(0, 1), {}, 'perpetual')).toMatchObject({ series: { source: 'binance' }, votes: 1 });
});

test('votes of a simulated world and of the real one are never added up', async () => {
  const fetched = [await gave('binance', {}, 'simulated:binance:7'), await gave('coingecko')];
  expect(await verify(fetched)).toMatchObject({ series: { source: 'simulated:binance:7' }, simulated: true, votes: 1 });
});

test('an asset that nobody knows has no series', async () => {
  expect(await verify([], { assetId: 'NOPE' as AssetId })).toMatchObject({ series: null, attempts: [], fresh: false });
});
