import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { ComputePool } from '../../../../src/platform/compute/compute-pool.js';
import { dayMs, toIso, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { storeHistories, today } from '../../../support/price-histories.js';
import { startApi, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
const http = () => request(app.getHttpServer());
const get = (path: string, query: Record<string, string | string[]> = {}) => http().get(path).query(query);

const coin = { days: 200, own: 0.02, common: 0.03, last: 100 };
const stock = { days: 200, own: 0.01, common: 0, last: 100, weekdaysOnly: true };
const many = seedAssets
  .filter(({ assetClass }) => assetClass === 'crypto')
  .map(({ id }) => id as string)
  .slice(0, 40);

beforeAll(async () => {
  await storeHistories(db.orm, {
    BTC: coin,
    ETH: { ...coin, own: 0.01 },
    SPY: stock,
    QQQ: { ...stock, own: 0.02 },
    SOL: { ...coin, days: 15 },
    POL: coin,
  });
  await new CandleRepository(db.orm.em.fork()).storeSeries(
    { assetId: 'PAXG' as AssetId, interval: '1d', source: 'yahoofinance', quoteCurrency: 'USD', adjustment: 'raw' },
    Array.from({ length: 100 }, (_, i) => ({
      openTime: today() - (100 - i) * dayMs,
      open: null,
      high: null,
      low: null,
      close: '1',
      volume: null,
    })),
  );
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
});
afterAll(() => app.close());

describe('GET /api/correlation/btc', () => {
  const path = '/api/correlation/btc';

  test('is a bare array in the order asked for, coins and stocks mixed, without BTC and what has no prices', async () => {
    const { body, status, headers } = await get(path, { symbols: 'spy, eth,BTC,XYZZY,ADA,ETH,' });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(body).toEqual([
      { symbol: 'SPY', correlation_to_btc: expect.any(Number) },
      { symbol: 'ETH', correlation_to_btc: expect.any(Number) },
    ]);
    expect(body[1].correlation_to_btc).toBeGreaterThan(0.6);
    expect(Math.abs(body[0].correlation_to_btc as number)).toBeLessThan(0.5);
  });

  test('shows a symbol as it was asked for, under which name ever', async () => {
    const { body } = await get(path, { symbols: 'MATIC,POL' });
    expect(body.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['MATIC', 'POL']);
    expect(body[0].correlation_to_btc).toBe(body[1].correlation_to_btc);
  });

  test('is null where undefined, and empty where there is nothing to compare', async () => {
    expect((await get(path, { symbols: 'SOL' })).body).toEqual([{ symbol: 'SOL', correlation_to_btc: null }]);
    expect((await get(path, { symbols: 'PAXG' })).body).toEqual([{ symbol: 'PAXG', correlation_to_btc: null }]);
    expect((await get(path, { symbols: 'BTC' })).body).toEqual([]);
    expect((await get(path, { symbols: '' })).body).toEqual([]);
    expect((await get(path, { symbols: 'ETH', lookback_days: '10' })).body).toEqual([
      { symbol: 'ETH', correlation_to_btc: null },
    ]);
  });

  test('takes the last of a repeated parameter, ignores unknown ones, and serves a trailing slash and HEAD', async () => {
    const { body } = await get(`${path}/`, { symbols: ['SPY', 'ETH'], whatever: '1', lookback_days: '90.0' });
    expect(body.map(({ symbol }: { symbol: string }) => symbol)).toEqual(['ETH']);
    await http().head(`${path}?symbols=ETH`).expect(200);
  });
});

describe('GET /api/correlation/matrix', () => {
  const path = '/api/correlation/matrix';

  test('holds the symbols with prices, and echoes all', async () => {
    const { body, status } = await get(path, { symbols: 'btc,eth,spy,XYZZY,SOL' });
    expect(status).toBe(200);
    expect(Object.keys(body as object).sort()).toEqual(['matrix', 'symbols']);
    expect(body.symbols).toEqual(['BTC', 'ETH', 'SPY', 'XYZZY', 'SOL']);
    expect(Object.keys(body.matrix as object)).toEqual(['BTC', 'ETH', 'SPY', 'SOL']);
    expect(body.matrix.BTC).toEqual({
      BTC: 1,
      ETH: expect.any(Number),
      SPY: expect.any(Number),
      SOL: null,
    });
    expect(body.matrix.SPY.ETH).toBe(body.matrix.ETH.SPY);
  });

  test('is an empty object with prices of fewer than two', async () => {
    expect((await get(path, { symbols: 'BTC,XYZZY' })).body).toEqual({ matrix: {}, symbols: ['BTC', 'XYZZY'] });
  });
});

describe('GET /api/dashboard/correlation', () => {
  const path = '/api/dashboard/correlation';

  test('shows the first ten enabled assets by default, coins and stocks mixed', async () => {
    const enabled = (await get('/api/assets/enabled')).body.assets.map(({ symbol }: { symbol: string }) => symbol);
    for (const query of [{}, { symbols: '' }] as Record<string, string>[]) {
      const { body, status } = await get(path, query);
      expect(status).toBe(200);
      expect(body).toEqual({
        symbols: enabled.slice(0, 10),
        matrix: expect.objectContaining({ BTC: expect.objectContaining({ BTC: 1, SPY: expect.any(Number) }) }),
        period_days: 90,
        timestamp: expect.stringMatching(/Z$/),
      });
    }
  });

  test('says so where there is too little', async () => {
    const { body, status } = await get(path, { symbols: 'XYZZY,BTC', days: '30' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ symbols: ['XYZZY', 'BTC'], matrix: {}, period_days: 30, error: expect.any(String) });
  });
});

describe('GET /api/diversification/score', () => {
  const path = '/api/diversification/score';

  test('counts kinds of assets', async () => {
    const { body } = await get(path, { symbols: 'btc,ETH,sol' });
    expect(body).toEqual({
      score: 2 / 9,
      is_diversified: false,
      suggestions: expect.any(Array),
      symbols: ['BTC', 'ETH', 'SOL'],
    });
    expect(body.suggestions.length).toBeLessThanOrEqual(10);
    expect((await get(path, { symbols: 'BTC-USD,SOLUSDT,SPY' })).body).toMatchObject({ is_diversified: true });
    expect((await get(path, { symbols: '' })).body).toMatchObject({ score: 0, symbols: [] });
  });
});

describe('GET /api/v1/correlations', () => {
  const path = '/api/v1/correlations';

  test('answers each pair over the dates that both have, with the observations', async () => {
    const { body, status } = await get(path, { assets: 'BTC,ETH-USD,SPY,SOL,ADA', lookback_days: '100' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      assets: ['BTC', 'ETH', 'SPY', 'SOL'],
      estimator: 'pairwise',
      numeraire: 'USD',
      no_prices: ['ADA'],
      shrinkage: null,
      repair_distance: null,
      repaired_matrix: null,
      simulated: false,
    });
    expect(body.observations[0].slice(0, 2)).toEqual([100, 100]);
    expect(body.observations[0][2]).toBeLessThan(73);
    expect(body.matrix[0][3]).toBeNull();
    const whole = (await get(path, { assets: 'BTC,ETH,SPY' })).body;
    expect(whole.repair_distance).toBe(0);
  });

  test.each([
    'sample',
    'ledoit_wolf_identity',
    'ledoit_wolf_constant_correlation',
    'oas',
    'exponentially_weighted',
    'gerber',
  ])('estimates with %s on the dates that all have', async (estimator) => {
    const { body } = await get(path, { assets: 'BTC,ETH,SPY', estimator });
    expect(body.matrix[0][0]).toBe(1);
    expect(new Set(body.observations.flat())).toEqual(new Set([body.observations[0][2]]));
    expect(body.effective_observations).toBeGreaterThan(0);
    expect(body.repair_distance).toBe(0);
    expect(body.shrinkage > 0).toBe(/ledoit|oas/.test(estimator));
    expect(body.shrinkage === null).toBe(!/ledoit|oas/.test(estimator));
  });

  test('in BTC, BTC itself does not move: null', async () => {
    const { body } = await get(path, { assets: 'BTC,ETH,USD', numeraire: 'BTC' });
    expect(body.matrix[0]).toEqual([null, null, null]);
    expect(body.matrix[1][2]).toEqual(expect.any(Number));
    expect(body.numeraire).toBe('BTC');
  });

  test('of the past knows nothing later, and for an audit nothing that was stored later', async () => {
    const date = utcDate(today() - 100 * dayMs);
    const { body } = await get(path, { assets: 'BTC,ETH', as_of: date, lookback_days: '50' });
    expect(body).toMatchObject({
      as_of: toIso(today() - 99 * dayMs),
      observations: [
        [50, 50],
        [50, 50],
      ],
    });
    const blind = await get(path, { assets: 'BTC,ETH', as_known_at: toIso(Date.now() - 30 * dayMs) });
    expect(blind.body).toMatchObject({ assets: [], matrix: [], no_prices: ['BTC', 'ETH'] });
  });

  test('known as of an earlier moment, has the numbers of then', async () => {
    await storeHistories(db.orm, { LTC: coin });
    const { body: first } = await get(path, { assets: 'BTC,LTC' });
    const then = toIso(Date.now());
    await storeHistories(db.orm, { LTC: { ...coin, own: 0.05 } });
    const { body: now } = await get(path, { assets: 'BTC,LTC' });
    expect(now.matrix[0][1]).not.toBe(first.matrix[0][1]);
    const { body: known } = await get(path, { assets: 'BTC,LTC', as_known_at: then });
    expect([known.matrix, known.as_known_at]).toEqual([first.matrix, then]);
    const { body: selected } = await get(`${path}/selection`, { assets: 'LTC', limit: '1', as_known_at: then });
    expect(selected.chosen[0].correlation_to_anchor).toBe(first.matrix[0][1]);
  });

  test('the same question has the same numbers, whatever the order of the assets', async () => {
    const [first, second] = [await get(path, { assets: 'BTC,ETH,SPY' }), await get(path, { assets: 'SPY,BTC,ETH' })];
    expect(second.body.matrix[1][2]).toBe(first.body.matrix[0][1]);
  });
});

describe('GET /api/v1/correlations/selection', () => {
  const path = '/api/v1/correlations/selection';

  test('chooses what moves least with the anchor and with what is chosen', async () => {
    const { body, status } = await get(path, { assets: 'BTC,ETH,SPY,QQQ,SOL,ADA', count: '1' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      anchor: 'BTC',
      limit: 0.5,
      too_correlated: ['ETH'],
      unknown: ['SOL'],
      no_prices: ['ADA'],
    });
    expect(body.chosen).toHaveLength(1);
    expect(['SPY', 'QQQ']).toContain(body.chosen[0].asset_id);
    expect(body.chosen[0]).toMatchObject({ mean_correlation_to_chosen: null, observations: expect.any(Number) });
    const both = (await get(path, { assets: 'SPY,QQQ', limit: '1', count: '2', anchor: 'ETH' })).body;
    expect(both.chosen[1].mean_correlation_to_chosen).toEqual(expect.any(Number));
  });

  test('without candidates takes the enabled assets', async () => {
    const { body } = await get(path);
    expect(body.chosen.length).toBeGreaterThan(0);
    expect(body.too_correlated).toContain('ETH');
  });
});

const fiftyOne = Array.from({ length: 51 }, (_, i) => `A${i}`).join(',');

test.each([
  ['/api/correlation/btc', '', 422, /symbols/],
  ['/api/correlation/matrix', '', 422, /symbols/],
  ['/api/diversification/score', '', 422, /symbols/],
  ['/api/correlation/btc', `symbols=${fiftyOne}`, 422, /symbols: names more than 50 assets/],
  ['/api/correlation/matrix', 'symbols=BTC&lookback_days=0', 422, /lookback_days: must be 1 at least/],
  ['/api/correlation/matrix', 'symbols=BTC&lookback_days=99999999999999999999', 422, /lookback_days/],
  ['/api/correlation/matrix', 'symbols=BTC&lookback_days=1e400', 422, /lookback_days/],
  ['/api/dashboard/correlation', 'days=', 422, /days/],
  ['/api/dashboard/correlation', 'days=abc', 422, /days/],
  ['/api/v1/correlations', '', 422, /assets/],
  ['/api/v1/correlations', 'assets=,', 422, /assets: names no asset/],
  ['/api/v1/correlations', `assets=${fiftyOne}`, 422, /assets: names more than 50 assets/],
  ['/api/v1/correlations', 'assets=BTC,XYZZY', 422, /assets "XYZZY" is not a known asset/],
  ['/api/v1/correlations', 'assets=BTC&assets=ETH', 422, /assets/],
  ['/api/v1/correlations', 'assets=BTC&estimator=__proto__', 422, /estimator/],
  ['/api/v1/correlations', 'assets=BTC&numeraire=XYZZY', 422, /numeraire "XYZZY"/],
  ['/api/v1/correlations', 'assets=BTC&as_of=2999-01-01', 422, /lies in the future/],
  ['/api/v1/correlations', 'assets=%00%ED%A0%80', 400, /NUL|address/],
  ['/api/v1/correlations/selection', 'limit=2', 422, /limit: must be 1 at most/],
  ['/api/v1/correlations/selection', 'count=0', 422, /count: must be 1 at least/],
  ['/api/v1/correlations/selection', 'anchor=XYZZY', 422, /anchor "XYZZY"/],
])('%s?%s is refused with %d and names the field', async (path, query, status, detail) => {
  const answer = await http().get(`${path}?${query}`);
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
});

test('symbols of any make never break a route', async () => {
  const symbols = ['__proto__', 'constructor', 'BTC', 'ETH', '\u0007', 'x'.repeat(5_000)].join(',');
  for (const path of ['/api/correlation/btc', '/api/correlation/matrix', '/api/diversification/score']) {
    const { status, text } = await get(path, { symbols });
    expect(status).toBe(200);
    expect(text).not.toMatch(/NaN|Infinity/);
  }
});

test('a matrix of as many assets as may be asked for is there at once', async () => {
  await storeHistories(
    db.orm,
    Object.fromEntries(many.filter((id) => !['BTC', 'ETH', 'SOL', 'POL', 'PAXG'].includes(id)).map((id) => [id, coin])),
  );
  const { body, status } = await get('/api/v1/correlations', { assets: many.join(','), lookback_days: '199' });
  expect(status).toBe(200);
  expect(body.assets.length).toBe(many.length);
});

test('matrices are made in a thread, and one that is not there in time is refused with when to ask again', async () => {
  const pool = app.get(ComputePool);
  const [run, asked] = [pool.run.bind(pool), [] as string[]];
  pool.run = (task, input, signal) => {
    asked.push(task.name);
    return run(task, input, signal);
  };
  const symbols = { symbols: 'BTC,ETH' };
  for (const path of ['/api/correlation/btc', '/api/correlation/matrix', '/api/dashboard/correlation']) {
    await get(path, symbols).expect(200);
  }
  await get('/api/v1/correlations', { assets: 'BTC,ETH', estimator: 'oas' }).expect(200);
  await get('/api/v1/correlations/selection', { assets: 'BTC,ETH' }).expect(200);
  expect(asked).toEqual(['withFirstIn', 'pairwiseIn', 'pairwiseIn', 'estimatedIn', 'pairwiseIn']);

  const inTime = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = () => AbortSignal.abort();
  const { status, body, headers } = await get('/api/v1/correlations', { assets: 'BTC,ETH' });
  AbortSignal.timeout = inTime;
  pool.run = run;
  expect([status, headers['retry-after']]).toEqual([503, '10']);
  expect(body.detail).toMatch(/^the correlations were not there within 8 seconds/);
});
