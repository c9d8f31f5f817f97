import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import request from 'supertest';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { Interval } from '../../../../src/data/domain/candle.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let app: NestExpressApplication;
let owner: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  app = await startApi(testConfig(database.url));
});
afterAll(async () => {
  await app.close();
  await owner.end();
  await database.drop();
});
const http = () => request(app.getHttpServer());
const told = async (subject: string) => {
  const { rows } = await owner.query<{ stream: string; kind: string; actor: string; payload: unknown }>(
    'select stream, kind, actor, payload from audit_event where subject = $1 order by sequence',
    [subject],
  );
  return rows;
};

describe('the registry', () => {
  test('lists all assets page by page, in the order of lists', async () => {
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await http().get(`/api/v1/assets?limit=20${cursor}`).expect(200);
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(ids).toEqual(seedAssets.map(({ id }) => id));
  });

  test('filters by what is collected and by class, also page by page', async () => {
    const idsOf = async (query: string) =>
      (await http().get(`/api/v1/assets?${query}`).expect(200)).body.items.map(({ id }: { id: string }) => id);
    expect(await idsOf('enabled=true&class=etf')).toEqual(['SPY', 'QQQ']);
    expect(await idsOf('class=cash')).toEqual(['USD', 'EUR', 'GBP']);
    expect(await idsOf('enabled=false&class=stock&limit=2')).toEqual(['AAPL', 'MSFT']);
    const { body } = await http().get('/api/v1/assets?enabled=true&limit=8').expect(200);
    expect(await idsOf(`enabled=true&limit=8&cursor=${body.next_cursor}`)).toEqual(['QQQ']);
  });

  test('refuses a filter and a cursor that mean nothing, naming them', async () => {
    for (const [query, field] of [
      ['enabled=maybe', 'enabled'],
      ['class=bond', 'class'],
      ['cursor=abc', 'cursor'],
      ['limit=0', 'limit'],
    ]) {
      const { body } = await http().get(`/api/v1/assets?${query}`).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field })]);
    }
  });

  test('shows one asset by any of its spellings', async () => {
    for (const spelling of ['POL', 'matic', 'MATICUSDT', 'pol-usd', 'POL%2FUSD']) {
      const { body } = await http().get(`/api/v1/assets/${spelling}`).expect(200);
      expect(body).toEqual({
        id: 'POL',
        class: 'crypto',
        name: 'Polygon',
        venues: {
          binance: 'POLUSDT',
          fks_data: 'POLUSDT',
          coingecko: 'polygon-ecosystem-token',
          coinmarketcap: '28321',
          alphavantage: 'POL',
        },
        aliases: [{ name: 'MATIC', until: '2024-09-13' }],
        enabled: true,
        priority: 3,
        intervals: ['1d'],
        source_order: ['binance', 'coingecko'],
      });
    }
  });

  test('D30: an unknown text is nobody’s: 404 with the nearest, never a guess', async () => {
    const { body, headers } = await http().get('/api/v1/assets/BTX').expect(404);
    expect(headers['content-type']).toContain('application/problem+json');
    const message = 'is not a known asset; the nearest are BTC, ETH, BNB';
    expect(body).toMatchObject({
      status: 404,
      detail: `"BTX" ${message}`,
      errors: [{ field: 'symbol', value: 'BTX', message }],
    });
    await http().patch('/api/v1/assets/BTX').send({ enabled: true }).expect(404);
    await http()
      .get(`/api/v1/assets/${'x'.repeat(65)}`)
      .expect(422);
  });
});

describe('a new asset', () => {
  const near = {
    id: 'NEAR',
    class: 'crypto',
    name: 'NEAR Protocol',
    venues: { binance: 'NEARUSDT', coingecko: 'near', coinmarketcap: '6535', yahoofinance: 'NEAR-USD' },
  };

  test('is registered with what is usual for its class, told to the audit trail, and found by its spellings', async () => {
    const { body, headers } = await http().post('/api/v1/assets').send(near).expect(201);
    expect(headers['location']).toBe('/api/v1/assets/NEAR');
    expect(body).toEqual({
      ...near,
      aliases: [],
      enabled: false,
      priority: 3,
      intervals: ['1d'],
      source_order: ['binance', 'coingecko', 'yahoofinance', 'coinmarketcap'],
    });
    expect((await http().get('/api/v1/assets/near-usd').expect(200)).body).toEqual(body);
    expect(await told('asset:NEAR')).toEqual([
      { stream: 'data', kind: 'asset_added', actor: 'local', payload: { before: null, after: body } },
    ]);
    const { body: listed } = await http().get('/api/v1/assets?class=crypto&limit=500').expect(200);
    expect(listed.items.at(-1).id).toBe('NEAR');
  });

  test('sent again is the same answer and no second event; with other contents it is a conflict that names them', async () => {
    const first = await http()
      .post('/api/v1/assets')
      .send({ ...near, id: 'NEAR2', venues: {} })
      .expect(201);
    const again = await http()
      .post('/api/v1/assets')
      .send({ ...near, id: 'NEAR2', venues: {} })
      .expect(201);
    expect(again.text).toBe(first.text);
    expect(await told('asset:NEAR2')).toHaveLength(1);
    const other = { ...near, id: 'NEAR2', venues: {}, name: 'Nearer', enabled: true };
    const { body } = await http().post('/api/v1/assets').send(other).expect(409);
    expect(body.errors).toEqual([
      { field: 'name', value: 'Nearer', message: 'is "NEAR Protocol" in the registry' },
      { field: 'enabled', value: true, message: 'is false in the registry' },
    ]);
  });

  test('of one Idempotency-Key is registered once, also when it is sent twenty times at once', async () => {
    const send = (id: string) =>
      http()
        .post('/api/v1/assets')
        .set('Idempotency-Key', 'twenty')
        .send({ ...near, id, venues: {} });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('TWENTY')));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expect(await told('asset:TWENTY')).toHaveLength(1);
    await send('OTHER').expect(409);
    await http().get('/api/v1/assets/OTHER').expect(404);
  });

  test.each([
    [
      'an id that is an earlier name',
      { ...near, id: 'MATIC', venues: {} },
      { field: 'id', value: 'MATIC', message: 'is a spelling of POL' },
    ],
    [
      'a venue’s spelling',
      { ...near, id: 'WBTC', venues: { binance: 'BTCUSDT' } },
      { field: 'venues.binance', value: 'BTCUSDT', message: 'is a spelling of BTC' },
    ],
    [
      'D31: a CoinGecko id',
      { ...near, id: 'WBTC', venues: { coingecko: 'bitcoin' } },
      { field: 'venues.coingecko', value: 'bitcoin', message: 'is the id of BTC at coingecko' },
    ],
  ])('with %s of another asset is refused, naming that asset', async (_what, asset, error) => {
    const { body } = await http().post('/api/v1/assets').send(asset).expect(409);
    expect(body.errors).toEqual([error]);
    expect(await told(`asset:${asset.id}`)).toEqual([]);
  });

  test('is never cash, and each field that is wrong is named', async () => {
    const { body } = await http()
      .post('/api/v1/assets')
      .send({
        id: 'not an id',
        class: 'cash',
        name: '',
        venues: { nasdaq: 'X', binance: 'A B', coinmarketcap: 'one' },
        priority: 4,
        intervals: ['2d'],
        source_order: ['bloomberg'],
        colour: 'red',
      })
      .expect(422);
    const named = Object.fromEntries(body.errors.map(({ field, message }: Record<string, string>) => [field, message]));
    expect(Object.keys(named)).toEqual(
      expect.arrayContaining([
        'id',
        'class',
        'name',
        'venues.nasdaq',
        'venues.binance',
        'venues.coinmarketcap',
        'priority',
        'intervals.0',
        'source_order.0',
        'colour',
      ]),
    );
    expect(named['class']).toContain('nobody can add cash');
    expect(named['venues.nasdaq']).toBe('is not known here');
    expect(named['colour']).toBe('is not known here');
    expect(named['source_order.0']).toMatch(/^is not a source; there are csv, binance, /);
  });

  test('of many that are sent at once, each has a place of its own in lists', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `MANY${i}`);
    await Promise.all(
      ids.map((id) =>
        http()
          .post('/api/v1/assets')
          .send({ ...near, id, venues: {} })
          .expect(201),
      ),
    );
    const { rows } = await owner.query<{ places: number }>('select count(distinct position)::int as places from asset');
    const { rows: all } = await owner.query('select from asset');
    expect(rows[0]!.places).toBe(all.length);
  });
});

describe('a change', () => {
  const change = (symbol: string, body: object) => http().patch(`/api/v1/assets/${symbol}`).send(body);

  test('sets what is named, leaves the rest, and tells the audit trail who changed what, before and after', async () => {
    const { body: before } = await http().get('/api/v1/assets/LTC').expect(200);
    const { body } = await change('ltcusdt', {
      enabled: true,
      priority: 1,
      intervals: ['1h', '1d'],
      source_order: ['coingecko', 'binance'],
      venues: { polygon: null, yahoofinance: 'LTC-USD' },
    }).expect(200);
    const { polygon: _polygon, ...venues } = before.venues;
    const changed = {
      enabled: true,
      priority: 1,
      intervals: ['1h', '1d'],
      source_order: ['coingecko', 'binance'],
      venues,
    };
    expect(body).toEqual({ ...before, ...changed });
    expect((await http().get('/api/v1/assets/LTC').expect(200)).body).toEqual(body);
    const was = Object.fromEntries(Object.keys(changed).map((field) => [field, before[field]]));
    expect(await told('asset:LTC')).toEqual([
      { stream: 'data', kind: 'asset_changed', actor: 'local', payload: { before: was, after: changed } },
    ]);
    await change('LTC', { enabled: false }).expect(200);
  });

  test('that changes nothing is no event', async () => {
    await change('BCH', { enabled: false, venues: { binance: 'BCHUSDT' } }).expect(200);
    expect(await told('asset:BCH')).toEqual([]);
  });

  test.each([
    [{ priority: 0 }, 'priority', 0],
    [{ priority: '1' }, 'priority', '1'],
    [{ enabled: 'yes' }, 'enabled', 'yes'],
    [{ intervals: [] }, 'intervals', '[]'],
    [{ intervals: ['1d', '1d'] }, 'intervals', '["1d","1d"]'],
    [{ source_order: ['binance', 'reuters'] }, 'source_order.1', 'reuters'],
    [{ name: '' }, 'name', ''],
    [{ venues: { binance: '' } }, 'venues.binance', ''],
    [{ id: 'XXX', enabled: true }, 'id', 'XXX'],
    [{}, '(whole)', '{}'],
  ])('%j is refused with the field and its value', async (body, field, value) => {
    const answer = await change('DOGE', body).expect(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field, value })]);
  });

  test('to a spelling of another asset is refused, naming that asset', async () => {
    const { body } = await change('DOGE', { venues: { coingecko: 'bitcoin', yahoofinance: 'ETH-USD' } }).expect(409);
    expect(body.errors).toEqual([
      { field: 'venues.yahoofinance', value: 'ETH-USD', message: 'is a spelling of ETH' },
      { field: 'venues.coingecko', value: 'bitcoin', message: 'is the id of BTC at coingecko' },
    ]);
    expect(await told('asset:DOGE')).toEqual([]);
  });

  test('of cash, which no source is asked for, is refused but for its name', async () => {
    const { body } = await change('USD', { enabled: true, venues: { yahoofinance: 'USD' } }).expect(422);
    expect(body.errors).toMatchObject([{ field: 'enabled' }, { field: 'venues' }]);
    await change('USD', { name: 'Dollar' }).expect(200);
    await change('USD', { name: 'US dollar' }).expect(200);
  });

  test('changes at once wait for each other: none is lost', async () => {
    const bodies = [{ enabled: true }, { priority: 1 }, { intervals: ['1w'] }, { name: 'All at once' }];
    await Promise.all(bodies.map((body) => change('XEM', body).expect(200)));
    expect((await http().get('/api/v1/assets/XEM').expect(200)).body).toMatchObject(Object.assign({}, ...bodies));
    await change('XEM', { enabled: false, priority: 3, intervals: ['1d'], name: 'NEM' }).expect(200);
  });

  test('the audit trail of all of them is whole', async () => {
    const { rows } = await owner.query<{ sequence: number }>(
      `select sequence from audit_event where stream = 'data' order by sequence`,
    );
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, i) => i + 1));
  });
});

describe('GET /api/assets/enabled, as the prototype served it', () => {
  const store = async (id: string, source: string, interval: Interval, knownAt: string) => {
    const orm = await openOrm(database.url);
    const bar = {
      openTime: Date.parse('2025-01-01T00:00:00Z'),
      open: '1',
      high: '1',
      low: '1',
      close: '1',
      volume: null,
    };
    const series = { assetId: id as AssetId, interval, source, quoteCurrency: 'USD', adjustment: 'raw' } as const;
    await new CandleRepository(orm.em.fork()).storeSeries(series, [bar, { ...bar, openTime: bar.openTime + dayMs }]);
    await orm.close(true);
    await owner.query('update candle set known_at = $1 where asset_id = $2 and source = $3 and interval = $4', [
      knownAt,
      id,
      source,
      interval,
    ]);
  };

  test('lists nine assets by priority, then symbol, with their sources in order', async () => {
    const { body, headers } = await http().get('/api/assets/enabled').expect(200);
    expect(headers['content-type']).toContain('application/json');
    const daily = (symbol: string, priority: number, ...adapters: string[]) => ({
      symbol,
      priority,
      adapters,
      collection_interval: 'daily',
      last_collected: null,
    });
    expect(body).toEqual({
      assets: [
        daily('BTC', 1, 'binance', 'coingecko', 'coinmarketcap'),
        daily('ETH', 1, 'binance', 'coingecko', 'coinmarketcap'),
        daily('SPY', 1, 'yahoofinance', 'polygon', 'alphavantage'),
        daily('BNB', 2, 'binance', 'coingecko'),
        daily('QQQ', 2, 'yahoofinance', 'polygon'),
        daily('SOL', 2, 'binance', 'coingecko'),
        daily('ADA', 3, 'binance', 'coingecko'),
        daily('AVAX', 3, 'binance', 'coingecko'),
        daily('POL', 3, 'binance', 'coingecko'),
      ],
    });
  });

  test('tells the finest interval that is collected, and when the newest bar came, of whatever source', async () => {
    await store('BTC', 'binance', '1d', '2025-01-03T00:00:05Z');
    await store('BTC', 'yahoofinance', '1h', '2025-01-04T10:00:05.250Z');
    await store('ETH', 'binance', '1d', '2025-01-02T00:00:05Z');
    await store('SOL', 'csv:somebody', '1d', '2025-01-05T00:00:00Z');
    await store('ADA', 'csv:local', '1d', '2025-01-06T00:00:00Z');
    await owner.query(
      `insert into private_source (source, owner_id) values ('csv:somebody', 'somebody'), ('csv:local', 'local')`,
    );
    await http()
      .patch('/api/v1/assets/BTC')
      .send({ intervals: ['1d', '4h'] })
      .expect(200);
    await http()
      .patch('/api/v1/assets/ETH')
      .send({ intervals: ['5m', '1h'] })
      .expect(200);
    const { body } = await http().get('/api/assets/enabled').expect(200);
    const of = (symbol: string) => body.assets.find((one: { symbol: string }) => one.symbol === symbol);
    expect(of('BTC')).toMatchObject({ collection_interval: 'hourly', last_collected: '2025-01-04T10:00:05.250Z' });
    expect(of('ETH')).toMatchObject({ collection_interval: 'minute', last_collected: '2025-01-02T00:00:05Z' });
    expect(of('SPY')).toMatchObject({ collection_interval: 'daily', last_collected: null });
    // another owner's import is not told, one's own is
    expect(of('SOL')).toMatchObject({ last_collected: null });
    expect(of('ADA')).toMatchObject({ last_collected: '2025-01-06T00:00:00Z' });
  });

  test('ignores unknown parameters, and serves a trailing slash and HEAD', async () => {
    const { body } = await http().get('/api/assets/enabled').expect(200);
    expect((await http().get('/api/assets/enabled?x=1&x=2').expect(200)).body).toEqual(body);
    expect((await http().get('/api/assets/enabled/').expect(200)).body).toEqual(body);
    await http().head('/api/assets/enabled').expect(200);
  });
});

describe('D58: readiness', () => {
  const assets = async () => (await http().get('/ready')).body.dependencies.assets;

  test('a registry that cannot be read, or is empty, makes the service unready, and the registry is not touched', async () => {
    expect(await assets()).toBe('ready');
    await owner.query('revoke select on asset from fks_app');
    expect(await assets()).toBe('cannot be reached');
    await http().get('/ready').expect(503);
    await owner.query('grant select on asset to fks_app');
    expect(await assets()).toBe('ready');
    await owner.query('create table kept as select * from asset');
    await owner.query('delete from asset');
    expect(await assets()).toBe('the asset registry is empty');
    await owner.query('insert into asset select * from kept');
    expect(await assets()).toBe('ready');
  });
});
