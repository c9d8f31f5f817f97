import { dayMs, utcDate } from '../../src/shared/time.js';
import { finishedJob, startService, type Service } from '../support/story.js';

// the day before yesterday is over everywhere
const asOf = Math.floor(Date.now() / dayMs) * dayMs - 2 * dayMs;
const daysBefore = (days: number) => utcDate(asOf - days * dayMs);

let service: Service;
beforeAll(async () => {
  service = await startService({ env: { POLYGON_API_KEY: 'any', POLYGON_REQUESTS_PER_MINUTE: '100' } });
  service.simulator.limit({ polygon: { minute: 100 } });
}, 60_000);
afterEach(() => service.simulator.clearFaults());
afterAll(() => service.stop());

/** What the collection of the asset's last two months says of it. */
async function collected(asset: string, until = asOf) {
  const body = { assets: [asset], from: daysBefore(60), as_of: utcDate(until - dayMs) };
  const { body: job } = await service.http.post('/api/v1/data/collections').send(body).expect(202);
  const { result } = await finishedJob(service, job.id);
  const { body: collection } = await service.http.get(result).expect(200);
  return collection.report.assets[0];
}
const candles = async (query: string) => (await service.http.get(`/api/v1/data/candles?${query}`).expect(200)).body;
const quarantine = async (asset: string) =>
  (await service.http.get(`/api/v1/data/quarantine?asset=${asset}&limit=200`).expect(200)).body.items;
const outcomes = (report: { attempts: { source: string; outcome: string }[] }) =>
  report.attempts.filter(({ outcome }) => !['notOffered', 'unknownAsset', 'missingKey'].includes(outcome));

test('a feed that has stopped is stored as far as it goes, and the next source is asked', async () => {
  service.simulator.fault({ source: 'coingecko', kind: 'stale', at: daysBefore(10) });
  const report = await collected('ETH');
  expect(report).toMatchObject({ source: 'simulated:binance:7', votes: 2, fresh: true, disputed_bars: 0 });
  expect(outcomes(report)).toMatchObject([
    { source: 'binance', outcome: 'ok' },
    { source: 'coingecko', outcome: 'ok', detail: expect.stringContaining('the last bar ended') },
    { source: 'yahoofinance', outcome: 'ok' },
  ]);
});

test('prices in another unit than those that are stored are not stored', async () => {
  expect(await collected('QQQ', asOf - 3 * dayMs)).toMatchObject({ votes: 2, disputed_bars: 0 });
  service.simulator.fault({ source: 'yahoofinance', kind: 'wrong-unit' });
  const report = await collected('QQQ');
  expect(outcomes(report)[0]).toMatchObject({
    source: 'yahoofinance',
    outcome: 'badAnswer',
    detail: expect.stringContaining('hundredfold'),
  });
  expect(await quarantine('QQQ')).toEqual([]);
});

test('two sources of which one has always had the wrong unit hold each other back', async () => {
  service.simulator.fault({ source: 'polygon', kind: 'wrong-unit', asset: 'GLD' });
  const report = await collected('GLD');
  expect(report).toMatchObject({ votes: 2 });
  expect(report.disputed_bars).toBe(report.rows_stored);
  const [first] = await quarantine('GLD');
  expect(first).toMatchObject({
    state: 'open',
    held_back: ['simulated:polygon:7', 'simulated:yahoofinance:7'],
    reason: expect.stringContaining('0.5 % is allowed'),
  });
  const page = await candles(`asset=GLD&limit=100`);
  expect(page.items).toEqual([]);
  expect(page.disputed).toHaveLength(report.disputed_bars);

  // once it is mended, what it gives is not measured by what is held back
  service.simulator.clearFaults();
  expect(await collected('GLD')).toMatchObject({ votes: 2, rows_revised: report.rows_stored, disputed_bars: 0 });
  expect((await candles(`asset=GLD&limit=100`)).items).toHaveLength(report.rows_stored);
});

test('stamps that are a day off show as disagreement', async () => {
  service.simulator.fault({ source: 'binance', kind: 'time-shift', asset: 'SOL', seconds: 86_400 });
  const report = await collected('SOL');
  expect(report.votes).toBe(2);
  expect(report.disputed_bars).toBeGreaterThan(10);
  const reasons = (await quarantine('SOL')).map(({ reason }: { reason: string }) => reason);
  expect(reasons[0]).toContain('simulated:binance:7 closes at');
});

test('a history that is rewritten in silence becomes new revisions, which are disputed; what was known stays to be read', async () => {
  expect(await collected('SPY')).toMatchObject({ votes: 2, disputed_bars: 0, rows_revised: 0 });
  const window = `asset=SPY&source=simulated:yahoofinance:7&from=${daysBefore(30)}&limit=100`;
  const before = await candles(window);
  const known = new Date().toISOString();
  service.simulator.fault({
    source: 'yahoofinance',
    kind: 'rewrite',
    factor: 1.02,
    from: daysBefore(20),
    to: daysBefore(13),
  });
  const report = await collected('SPY');
  // five sessions, or one fewer in a week with a holiday
  expect([4, 5]).toContain(report.rows_revised);
  expect(report.disputed_bars).toBe(report.rows_revised);
  expect(await quarantine('SPY')).toHaveLength(report.rows_revised);
  const after = await candles(window);
  expect(after.items).toHaveLength(before.items.length - report.rows_revised);
  expect((await candles(`${window}&as_known_at=${known}`)).items).toEqual(before.items);
  const differences = await service.http
    .get(`/api/v1/data/candles/differences?${window}&as_known_at=${known}`)
    .expect(200);
  expect(differences.body.differing).toBe(report.rows_revised);

  // when the source takes it back, everybody agrees again
  service.simulator.clearFaults();
  expect(await collected('SPY')).toMatchObject({ rows_revised: report.rows_revised, disputed_bars: 0 });
  expect((await candles(window)).items).toEqual(before.items);
});

test('a split that sources tell adjusts their history; one that nobody tells is suspected', async () => {
  const splits = async (asset: string) => {
    const { body } = await service.http.get(`/api/v1/data/quality?asset=${asset}`).expect(200);
    return body.items[0].intervals[0].suspected_splits;
  };
  expect(await collected('AAPL', asOf - 3 * dayMs)).toMatchObject({ votes: 2, disputed_bars: 0 });
  const [first] = (await candles(`asset=AAPL&from=${daysBefore(60)}&limit=1`)).items;
  for (const source of ['yahoofinance', 'polygon'] as const) {
    service.simulator.fault({ source, kind: 'split', asset: 'AAPL', on: daysBefore(20), ratio: 4 });
  }
  const report = await collected('AAPL');
  expect(report).toMatchObject({ votes: 2, disputed_bars: 0 });
  // every bar that was stored has come with another price, of both sources
  expect(report.rows_revised).toBeGreaterThan(50);
  expect(await splits('AAPL')).toEqual([]);
  const [again] = (await candles(`asset=AAPL&from=${daysBefore(60)}&limit=1`)).items;
  expect(first.close / again.close).toBeCloseTo(4, 1);

  for (const source of ['yahoofinance', 'polygon'] as const) {
    service.simulator.fault({ source, kind: 'split', asset: 'MSFT', on: daysBefore(20), ratio: 4, announced: false });
  }
  expect(await collected('MSFT')).toMatchObject({ votes: 2, disputed_bars: 0 });
  const [suspected] = await splits('MSFT');
  expect(Math.abs(suspected.factor - 4)).toBeLessThan(0.5);
});

test('a source that is stormed at rests as long as it asks for, and the next ones are asked', async () => {
  service.simulator.fault({ source: 'binance', kind: '429-storm', seconds: 600, retryAfterSeconds: 3_600 });
  const report = await collected('LTC');
  expect(report).toMatchObject({ source: 'simulated:coingecko:7', votes: 2, fresh: true });
  expect(outcomes(report)).toMatchObject([
    { source: 'binance', outcome: 'rateLimited' },
    { source: 'coingecko', outcome: 'ok' },
    { source: 'yahoofinance', outcome: 'ok' },
  ]);
  const asked = service.simulator.stats().sources.binance.requests;
  // nobody asks it again before its time, for whatever asset
  expect(outcomes(await collected('XRP'))[0]).toMatchObject({ source: 'binance', outcome: 'rateLimited' });
  expect(service.simulator.stats().sources.binance.requests).toBe(asked);
  const { body } = await service.http.get('/api/v1/data/sources').expect(200);
  expect(body.items.find(({ id }: { id: string }) => id === 'binance')).toMatchObject({
    state: 'resting',
    last_24_hours: { outcomes: expect.objectContaining({ rateLimited: 2 }) },
  });
});
