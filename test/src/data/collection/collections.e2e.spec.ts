import { finishedJob, startService, type Service } from '../../../support/story.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
}, 60_000);
afterAll(() => service.stop());

const path = '/api/v1/data/collections';
const request = (body: object, key?: string) => {
  const post = service.http.post(path);
  return (key === undefined ? post : post.set('Idempotency-Key', key)).send(body);
};
const asOf = '2025-06-30';

test('collects what is asked for as a job, and shows what came of it and who was asked', async () => {
  const { body: job, headers } = await request({ assets: ['btc', 'BTCUSDT', 'SPY'], as_of: asOf }).expect(202);
  expect(job).toMatchObject({ kind: 'collection', state: 'requested' });
  expect(headers['location']).toBe(`/api/v1/jobs/${job.id}`);
  const finished = await finishedJob(service, job.id);
  expect(finished).toMatchObject({ state: 'succeeded', progress: { note: 'parts of the history, comparing' } });
  expect(finished.progress.done).toBe(finished.progress.total);
  const { body } = await service.http.get(finished.result).expect(200);
  expect(body).toMatchObject({
    job_id: job.id,
    assets: ['BTC', 'SPY'],
    intervals: ['1d'],
    from: null,
    as_of: '2025-07-01T00:00:00Z',
    finished_at: expect.any(String),
    report: {
      assets: [
        {
          asset_id: 'BTC',
          interval: '1d',
          source: 'simulated:binance:7',
          rows_stored: 800,
          votes: 2,
          fresh: true,
          missing_bars: 0,
          wanted_from: '2023-04-23T00:00:00Z',
          missing_before_first: 0,
          why_not_earlier: null,
        },
        { asset_id: 'SPY', source: 'simulated:yahoofinance:7', votes: 1, fresh: true },
      ],
    },
  });
  expect(body.report.assets[1].attempts).toContainEqual({
    source: 'polygon',
    outcome: 'missingKey',
    detail: 'POLYGON_API_KEY is not set, or was refused',
    milliseconds: expect.any(Number),
  });
  expect(body.attempts_total).toBe(body.attempts.length);
  expect(body.attempts).toContainEqual({
    asset_id: 'BTC',
    interval: '1d',
    source: 'binance',
    from: '2023-04-23T00:00:00Z',
    to: '2025-07-01T00:00:00Z',
    outcome: 'ok',
    detail: null,
    requests: 1,
    rows: 800,
    milliseconds: expect.any(Number),
    at: expect.any(String),
  });
  const { body: page } = await service.http.get(`${finished.result}/attempts?limit=1`).expect(200);
  expect(page.items).toEqual(body.attempts.slice(0, 1));
  const { body: rest } = await service.http.get(`${finished.result}/attempts?cursor=${page.next_cursor}`).expect(200);
  expect(rest.items).toEqual(body.attempts.slice(1));
}, 40_000);

test('a history from a date on, of several intervals, is collected once, however often it is requested', async () => {
  const body = { assets: ['ETH'], intervals: ['1w', '1d', '1h'], from: '2025-06-01', as_of: '2025-06-29' };
  const first = await request(body, 'june').expect(202);
  const again = await request(body, 'june').expect(202);
  expect(again.text).toBe(first.text);
  await request({ ...body, from: '2025-06-02' }, 'june').expect(409);
  const finished = await finishedJob(service, first.body.id);
  const { body: collection } = await service.http.get(finished.result).expect(200);
  expect(collection).toMatchObject({ from: '2025-06-01T00:00:00Z', intervals: ['1w', '1d', '1h'] });
  const shown = collection.report.assets.map((one: { interval: string; rows_stored: number; missing_bars: number }) => [
    one.interval,
    one.rows_stored,
    one.missing_bars,
  ]);
  // weeks are made of days
  expect(shown).toEqual([
    ['1h', 29 * 24, 0],
    ['1d', 29, 0],
  ]);
  const { body: list } = await service.http.get(path).expect(200);
  expect(list.items[0]).toMatchObject({ id: collection.id, assets: ['ETH'] });
  expect(list.items[0]).not.toHaveProperty('report');
}, 40_000);

test('without assets it collects the enabled ones', async () => {
  const { body: job } = await request({ as_of: asOf }).expect(202);
  const { body: list } = await service.http.get(path).expect(200);
  expect(list.items[0]).toMatchObject({
    job_id: job.id,
    assets: ['BTC', 'ETH', 'SPY', 'BNB', 'QQQ', 'SOL', 'ADA', 'AVAX', 'POL'],
  });
  expect((await finishedJob(service, job.id)).state).toBe('succeeded');
}, 40_000);

test.each([
  [
    { assets: ['BTC', 'BTCC', 'USD'] },
    [
      { field: 'assets.1', value: 'BTCC', message: expect.stringContaining('the nearest are BTC') },
      { field: 'assets.2', value: 'USD', message: 'is cash, which no source is asked for' },
    ],
  ],
  [
    { as_of: '2999-01-01' },
    [{ field: 'as_of', value: '2999-01-01', message: 'lies in the future: it means 2999-01-02T00:00:00Z' }],
  ],
  [
    { from: '2025-07-01', as_of: '2025-06-30' },
    [
      {
        field: 'from',
        value: '2025-07-01',
        message: 'is not before the as-of: it means 2025-07-01T00:00:00Z, the as-of 2025-07-01T00:00:00Z',
      },
    ],
  ],
  [
    { assets: ['BTC'], intervals: ['1m'], from: '2016-07-01', as_of: '2025-06-30' },
    [
      {
        field: 'from',
        value: '2016-07-01',
        message:
          'asks for about 4,733,280 bars of one asset, and a collection is of at most 2,000,000: ' +
          'ask from 2021-09-12 on, and for what is before in stretches of 1388 days (from, as_of)',
      },
    ],
  ],
  [{ assets: ['BTC'], source: 'bloomberg' }, [{ field: 'source', value: 'bloomberg', message: 'is not known here' }]],
  [{ from: '2025-01-01', to: '2024-01-01' }, [{ field: 'to', value: '2024-01-01', message: 'is not known here' }]],
])('%j is refused, naming what is wrong', async (body, errors) => {
  const { body: problem } = await request(body).expect(422);
  expect(problem.errors).toEqual(errors);
});

test.each([{ assets: [] }, { intervals: ['2h'] }, { from: 'yesterday' }, { until: '2025-01-01' }])(
  '%j is no collection',
  async (body) => {
    await request(body).expect(422);
  },
);

test('a history of which nobody keeps the beginning says how much of it is missing, and why', async () => {
  const body = { assets: ['QQQ'], intervals: ['1h'], from: '2020-01-02', as_of: '2025-06-30' };
  const { body: job } = await request(body).expect(202);
  const finished = await finishedJob(service, job.id);
  expect(finished.state).toBe('succeeded');
  const { body: collection } = await service.http.get(finished.result).expect(200);
  const [report] = collection.report.assets;
  expect(report).toMatchObject({
    asset_id: 'QQQ',
    source: 'simulated:yahoofinance:7',
    wanted_from: '2020-01-02T00:00:00Z',
    missing_bars: 0,
    why_not_earlier: expect.stringContaining('yahoofinance keeps 729 days of 1h'),
  });
  const years = (Date.parse(report.first_open_time) - Date.parse('2020-01-02')) / (365.25 * 86_400_000);
  // seven bars a session, of which a year has 252
  expect(report.missing_before_first / (years * 252 * 7)).toBeCloseTo(1, 1);
}, 40_000);

test('an unknown collection is not found', async () => {
  await service.http.get(`${path}/01a21087-674f-7215-bb32-e1c32cda4a10`).expect(404);
  await service.http.get(`${path}/01a21087-674f-7215-bb32-e1c32cda4a10/attempts`).expect(404);
  await service.http.get(`${path}?cursor=nonsense`).expect(422);
});

test('D30: with its first source away an asset is collected from the next one', async () => {
  service.simulator.fault({ source: 'binance', kind: 'html', count: 20 });
  const { body: job } = await request({ assets: ['LTC'], as_of: asOf }).expect(202);
  const { result } = await finishedJob(service, job.id);
  service.simulator.clearFaults();
  const { body } = await service.http.get(result).expect(200);
  expect(body.report.assets[0]).toMatchObject({ asset_id: 'LTC', source: 'simulated:yahoofinance:7', fresh: true });
  expect(body.attempts.map((one: { outcome: string }) => one.outcome)).toContain('badAnswer');
}, 40_000);
