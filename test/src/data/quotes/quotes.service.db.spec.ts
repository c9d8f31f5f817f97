import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { CanonicalSeries } from '../../../../src/data/candles/canonical-series.js';
import type { Asset } from '../../../../src/data/domain/asset.js';
import type { QuoteCurrency, SeriesRef } from '../../../../src/data/domain/candle.js';
import { QuoteCache } from '../../../../src/data/quotes/quote-cache.js';
import { QuotesService } from '../../../../src/data/quotes/quotes.service.js';
import { SourceQuotes } from '../../../../src/data/quotes/source-quotes.js';
import { StoredCloses } from '../../../../src/data/quotes/stored-closes.js';
import type { MarketDataSource, Quote, SourceOutcome } from '../../../../src/data/sources/market-data-source.js';
import { SourceGate } from '../../../../src/data/sources/source-gate.js';
import type { Config } from '../../../../src/platform/config/config.js';
import type { Draining } from '../../../../src/platform/http/draining.js';
import type { AssetId, OwnerId } from '../../../../src/shared/ids.js';
import { useDatabase } from '../../../support/database.js';
import { aSource } from '../../../support/fake-source.js';

const dayMs = 86_400_000;
const stack = useDatabase();
const viewer = 'local' as OwnerId;
const patient = { waitMs: 60_000, viewer };

let made = 0;
type Answer = SourceOutcome<Quote> | (() => Promise<SourceOutcome<Quote>>);

const at = (price: string, over: Partial<Quote> = {}): SourceOutcome<Quote> => ({
  kind: 'ok',
  value: { price, quoteCurrency: 'USD', time: Date.now(), simulatedSeed: null, ...over },
});

/** A source of this family that answers so, and counts how often it was asked for each asset. */
function answering(
  family: string,
  answer: Answer,
  over: { basis?: 'spot' | 'perpetual'; sends?: boolean; key?: string } = {},
): MarketDataSource & { asked: string[] } {
  const { basis = 'spot', sends = true, key = `${family}-${(made += 1)}` } = over;
  const asked: string[] = [];
  const base = aSource(key, [{ name: 'minute', limit: 1_000 }], { id: family });
  return {
    ...base,
    offers: { ...base.offers, basis, quotes: ['crypto', 'stock', 'etf'] },
    asked,
    async latestQuote(asset, io) {
      asked.push(asset.id);
      // a request to where nobody listens: it counts, and what came of it is decided here
      if (sends) await io.get(new URL('http://127.0.0.1:1/quote'), { timeoutMs: 1_000 });
      return typeof answer === 'function' ? answer() : answer;
    },
  };
}

/** The service as one process has it, over these sources. */
function serviceOver(sources: readonly MarketDataSource[], cryptoBasis: 'spot' | 'perpetual' = 'spot') {
  const em = stack.orm.em.fork();
  const config = { sources: { cryptoBasis, redisUrl: '' } } as Config;
  const candles = new CandleRepository(em);
  const registry = new AssetRegistry(em);
  const canonical = new CanonicalSeries(sources, config, candles);
  const draining = { signal: new AbortController().signal } as Draining;
  const quotes = new SourceQuotes(new SourceGate(em), new QuoteCache(config), draining);
  const closes = new StoredCloses(sources, config, canonical, candles);
  return { service: new QuotesService(sources, config, registry, quotes, closes), registry, candles };
}

/** An asset of its own for a test, so that no other one's closes are in the way. */
const anAsset = (assetClass: Asset['assetClass'] = 'crypto', id = `T${(made += 1)}`): Asset => ({
  id: id as AssetId,
  assetClass,
  name: id,
  venues: {},
  aliases: [],
  enabled: true,
  priority: 1,
  intervals: ['1d'],
  sourceOrder: ['first', 'second', 'third'],
});

/** The UTC day before today. */
const yesterday = () => (Math.floor(Date.now() / dayMs) - 1) * dayMs;

/** Stores daily closes, the last one of `lastDay`; answers when that was the price. */
async function storeCloses(
  assetId: AssetId,
  source: string,
  closes: readonly string[],
  { lastDay = yesterday(), quoteCurrency = 'USD' }: { lastDay?: number; quoteCurrency?: QuoteCurrency } = {},
): Promise<number> {
  const series: SeriesRef = { assetId, interval: '1d', source, quoteCurrency, adjustment: 'raw' };
  await new CandleRepository(stack.orm.em.fork()).storeSeries(
    series,
    closes.map((close, i) => ({
      openTime: lastDay - (closes.length - 1 - i) * dayMs,
      open: null,
      high: null,
      low: null,
      close,
      volume: null,
    })),
  );
  return lastDay + dayMs;
}

test('asks the first source of the asset’s order, and says who said so and when it was true', async () => {
  const time = Date.now() - 1_000;
  const [first, second] = [answering('first', at('101.5', { time })), answering('second', at('99'))];
  const asset = anAsset();
  const [priced] = await serviceOver([second, first]).service.latest([asset], patient);
  expect(priced).toEqual({
    asset,
    isMarketOpen: true,
    price: {
      price: '101.5',
      quoteCurrency: 'USD',
      priceUsd: '101.5',
      conversion: null,
      time,
      source: 'first',
      sourceKind: 'quote',
      basis: 'spot',
      fetchedAt: expect.any(Number),
      isStale: false,
      simulated: false,
    },
    attempts: [{ source: 'first', outcome: 'ok' }],
  });
  expect(second.asked).toEqual([]);
});

test('asks once, however many want to know, at a time and within 300 s', async () => {
  let answer: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const source = answering('first', async () => {
    await ready;
    return at('7');
  });
  const { service } = serviceOver([source]);
  const asset = anAsset();
  const readers = Array.from({ length: 20 }, () => service.latest([asset], patient));
  answer();
  const prices = (await Promise.all(readers)).map(([one]) => one!.price?.price);
  expect(new Set(prices)).toEqual(new Set(['7']));
  await service.latest([asset], patient);
  expect(source.asked).toEqual([asset.id]);
});

test('a source that fails is followed by the next, and left alone for a while', async () => {
  const first = answering('first', { kind: 'unavailable', why: 'status 503' });
  const second = answering('second', { kind: 'badAnswer', why: 'no JSON' });
  const third = answering('third', at('3'));
  const { service } = serviceOver([first, second, third]);
  const asset = anAsset();
  for (let i = 0; i < 3; i++) {
    const [priced] = await service.latest([asset], patient);
    expect(priced!.price).toMatchObject({ price: '3', source: 'third' });
    expect(priced!.attempts).toEqual([
      { source: 'first', outcome: 'unavailable', detail: 'status 503' },
      { source: 'second', outcome: 'badAnswer', detail: 'no JSON' },
      { source: 'third', outcome: 'ok' },
    ]);
  }
  expect([first, second, third].map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
});

test('what nobody was asked for is asked again: a key or a spelling may be there the next time', async () => {
  const source = answering('first', { kind: 'missingKey', variable: 'SOME_API_KEY' }, { sends: false });
  const { service } = serviceOver([source]);
  const asset = anAsset();
  await service.latest([asset], patient);
  const [priced] = await service.latest([asset], patient);
  expect(priced!.attempts).toEqual([
    { source: 'first', outcome: 'missingKey', detail: 'SOME_API_KEY is not set, or was refused' },
  ]);
  expect(source.asked).toHaveLength(2);
});

test('a source whose circuit is open is not asked, and says why', async () => {
  const source = answering('first', { kind: 'unavailable', why: 'status 503' });
  const { service } = serviceOver([source]);
  for (let i = 0; i < 5; i++) await service.latest([anAsset()], patient);
  const [priced] = await service.latest([anAsset()], patient);
  expect(priced!.attempts).toEqual([
    {
      source: 'first',
      outcome: 'unavailable',
      detail: expect.stringMatching(/^failed 5 times in a row.* may be sent /),
    },
  ]);
  expect(source.asked).toHaveLength(5);
});

describe('when nobody can be asked', () => {
  test('the last stored close answers, labelled, with the time it was true', async () => {
    const asset = anAsset();
    const time = await storeCloses(asset.id, 'first', ['10', '11']);
    const { service } = serviceOver([answering('first', { kind: 'unavailable', why: 'status 503' })]);
    const [priced] = await service.latest([asset], patient);
    expect(priced!.price).toMatchObject({
      price: '11',
      priceUsd: '11',
      source: 'first',
      sourceKind: 'close',
      time,
      simulated: false,
    });
  });

  test('of a stock it was true at the end of the session, and a closed market does not age it', async () => {
    const asset = anAsset('stock');
    const series: SeriesRef = {
      assetId: asset.id,
      interval: '1d',
      source: 'first',
      quoteCurrency: 'USD',
      adjustment: 'raw',
    };
    await serviceOver([]).candles.storeSeries(series, [
      { openTime: Date.parse('2025-11-28T00:00:00Z'), open: null, high: null, low: null, close: '5', volume: null },
    ]);
    const [priced] = await serviceOver([]).service.latest([asset], patient);
    expect(priced!.price).toMatchObject({ price: '5', time: Date.parse('2025-11-28T18:00:00Z'), sourceKind: 'close' });
  });

  test('without a close there is no price, never zero, and the sources say why', async () => {
    const { service } = serviceOver([answering('first', { kind: 'empty' })]);
    const [priced] = await service.latest([anAsset()], patient);
    expect(priced).toMatchObject({ price: undefined, attempts: [{ source: 'first', outcome: 'empty' }] });
    const [unasked] = await serviceOver([]).service.latest([anAsset()], patient);
    expect(unasked).toMatchObject({ price: undefined, attempts: [] });
  });

  test('a private source’s close is its owner’s alone', async () => {
    const asset = anAsset();
    await storeCloses(asset.id, 'csv:somebody', ['10']);
    await stack.orm.em
      .fork()
      .execute(`insert into private_source (source, owner_id) values ('csv:somebody', 'somebody')`);
    const { service } = serviceOver([]);
    expect((await service.latest([asset], patient))[0]!.price).toBeUndefined();
    const [own] = await service.latest([asset], { ...patient, viewer: 'somebody' as OwnerId });
    expect(own!.price).toMatchObject({ price: '10', sourceKind: 'close' });
  });
});

test('D35: a source that does not answer keeps nobody waiting longer than asked, and its answer is there for the next', async () => {
  let answer: (outcome: SourceOutcome<Quote>) => void = () => undefined;
  const slow = answering(
    'first',
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const quick = answering('second', at('2'));
  const [waiting, other] = [anAsset(), { ...anAsset(), sourceOrder: ['second'] }];
  await storeCloses(waiting.id, 'first', ['10']);
  const { service } = serviceOver([slow, quick]);
  const slowAlone = serviceOver([slow]).service;
  const [fromClose] = await slowAlone.latest([waiting], { ...patient, waitMs: 200 });
  expect(fromClose).toMatchObject({
    price: { price: '10', sourceKind: 'close' },
    attempts: [{ source: 'first', outcome: 'unavailable', detail: 'gave no answer in time' }],
  });
  const [quickly] = await service.latest([other], patient);
  expect(quickly!.price).toMatchObject({ price: '2', source: 'second' });
  answer(at('12'));
  const [next] = await slowAlone.latest([waiting], patient);
  expect(next!.price).toMatchObject({ price: '12', sourceKind: 'quote' });
  expect(slow.asked).toEqual([waiting.id]);
});

test('a pair that died has an old last price: the newest of the sources and the stored close counts', async () => {
  const long = Date.now() - 900 * dayMs;
  const dead = answering('first', at('1', { time: long }));
  const asset = anAsset();
  const { service } = serviceOver([dead, answering('second', at('2', { time: Date.now() - 2 * dayMs }))]);
  const [priced] = await service.latest([asset], patient);
  expect(priced!.price).toMatchObject({ price: '2', source: 'second', isStale: true });
  await storeCloses(asset.id, 'second', ['3']);
  const [closed] = await service.latest([asset], patient);
  expect(closed!.price).toMatchObject({ price: '3', sourceKind: 'close' });
});

test('cash is worth one of itself by definition, and nobody is asked', async () => {
  const source = answering('first', at('0.9'));
  const { service } = serviceOver([source]);
  const cash = anAsset('cash', 'USD');
  const [priced] = await service.latest([cash], patient);
  expect(priced).toMatchObject({
    price: { price: '1', priceUsd: '1', source: 'definition', sourceKind: 'definition', isStale: false },
    attempts: [],
  });
  expect(await service.changeOverDay(cash, priced!.price!, viewer)).toBe(0);
  expect(source.asked).toEqual([]);
});

describe('a price in USDT becomes USD', () => {
  const inUsdt = at('200', { quoteCurrency: 'USDT' });
  /** Answers for USDT alone, and the other one for all other assets. */
  const tellingUsdt = (answer: SourceOutcome<Quote>) => {
    const source = answering('coingecko', answer);
    const latestQuote: MarketDataSource['latestQuote'] = async (asset, io) =>
      asset.id === 'USDT' ? source.latestQuote!(asset, io) : { kind: 'unknownAsset' };
    return { ...source, latestQuote };
  };
  const others = (): MarketDataSource => {
    const source = answering('first', inUsdt);
    const latestQuote: MarketDataSource['latestQuote'] = async (asset, io) =>
      asset.id === 'USDT' ? { kind: 'unknownAsset' } : source.latestQuote!(asset, io);
    return { ...source, latestQuote };
  };

  test('is taken for one dollar, and says so, when nobody tells a price of USDT', async () => {
    const [priced] = await serviceOver([others()]).service.latest([anAsset()], patient);
    expect(priced!.price).toMatchObject({
      price: '200',
      quoteCurrency: 'USDT',
      priceUsd: '200',
      conversion: { rate: '1', kind: 'assumed', source: null, time: null },
    });
  });

  test('by the quote of USDT, asked once for all assets', async () => {
    const usdt = tellingUsdt(at('0.999'));
    const { service } = serviceOver([others(), usdt]);
    const priced = await service.latest([anAsset(), anAsset(), anAsset()], patient);
    for (const { price } of priced) {
      expect(price).toMatchObject({
        priceUsd: '199.8',
        conversion: { rate: '0.999', kind: 'quote', source: 'coingecko' },
      });
    }
    expect(usdt.asked).toEqual(['USDT']);
  });

  test('not by a price from another world', async () => {
    const { service } = serviceOver([others(), tellingUsdt(at('0.999', { simulatedSeed: '7' }))]);
    expect((await service.latest([anAsset()], patient))[0]!.price!.conversion!.kind).toBe('assumed');
  });

  test('by the stored close of USDT, when nobody can be asked for its quote', async () => {
    const time = await storeCloses('USDT' as AssetId, 'coingecko', ['0.998']);
    const { service } = serviceOver([others(), tellingUsdt({ kind: 'unavailable', why: 'status 503' })]);
    expect((await service.latest([anAsset()], patient))[0]!.price).toMatchObject({
      priceUsd: '199.6',
      conversion: { rate: '0.998', kind: 'close', source: 'coingecko', time },
    });
  });
});

describe('the basis that is read', () => {
  const sources = () => [
    answering('first', { kind: 'unavailable', why: 'status 503' }),
    answering('fks_data', at('55'), { basis: 'perpetual' }),
  ];

  test('under spot a perpetual’s price, quoted or stored, is not the asset’s', async () => {
    const [spot, perpetual] = sources();
    const asset = anAsset();
    await storeCloses(asset.id, 'fks_data', ['54']);
    const [priced] = await serviceOver([spot!, perpetual!]).service.latest([asset], patient);
    expect(priced!.price).toBeUndefined();
    expect(perpetual!.asked).toEqual([]);
  });

  test('under perpetual it comes first, and a spot price is the labelled fallback', async () => {
    const [spot, perpetual] = sources();
    const [priced] = await serviceOver([spot!, perpetual!], 'perpetual').service.latest([anAsset()], patient);
    expect(priced!.price).toMatchObject({ price: '55', source: 'fks_data', basis: 'perpetual' });
    expect(spot!.asked).toEqual([]);
    const fallback = serviceOver([answering('first', at('54'))], 'perpetual').service;
    expect((await fallback.latest([anAsset()], patient))[0]!.price).toMatchObject({ price: '54', basis: 'spot' });
  });
});

describe('the change over a day', () => {
  const lastDay = Date.parse('2026-03-10T00:00:00Z');
  const time = Date.parse('2026-03-11T15:00:00Z');
  const changeOf = async (asset: Asset, quote: Partial<Quote> = {}) => {
    const { service } = serviceOver([answering('first', at('110', { time, ...quote }))]);
    const [priced] = await service.latest([asset], patient);
    return service.changeOverDay(asset, priced!.price!, viewer);
  };

  test('is against the last daily close that had ended 24 hours before, of the same source', async () => {
    const asset = anAsset();
    await storeCloses(asset.id, 'second', ['50', '60'], { lastDay });
    await storeCloses(asset.id, 'first', ['100', '105'], { lastDay });
    // on the 10th at 15:00 the 9th had ended, and the 10th had not
    expect(await changeOf(asset)).toBeCloseTo(10, 12);
    // a stock's Friday is the close of the whole weekend
    const stock = anAsset('stock');
    await storeCloses(stock.id, 'first', ['88'], { lastDay: Date.parse('2026-03-06T00:00:00Z') });
    expect(await changeOf(stock, { time: Date.parse('2026-03-09T15:00:00Z') })).toBeCloseTo(25, 12);
  });

  test('is unknown when that close is not stored, or in another currency or world', async () => {
    const [late, usdt, simulated] = [anAsset(), anAsset(), anAsset()];
    await storeCloses(late.id, 'first', ['100'], { lastDay: lastDay - 5 * dayMs });
    await storeCloses(usdt.id, 'first', ['100', '105'], { lastDay, quoteCurrency: 'USDT' });
    await storeCloses(simulated.id, 'simulated:first:7', ['100', '105'], { lastDay });
    for (const asset of [late, usdt, simulated, anAsset()]) expect(await changeOf(asset)).toBeUndefined();
    expect(await changeOf(simulated, { simulatedSeed: '7' })).toBeCloseTo(10, 12);
  });

  test('leaves out what sources disagree about', async () => {
    const asset = anAsset();
    await storeCloses(asset.id, 'first', ['100', '105'], { lastDay });
    await stack.orm.em.fork().execute(
      `insert into disputed_bar (id, asset_id, "interval", adjustment, world, open_time, state, reason, votes, votes_hash, sources, opened_at)
       values (?, ?, '1d', 'raw', '', ?, 'open', 'far apart', '[]', 'hash', '["first"]', now())`,
      [uuidv7(), asset.id, new Date(lastDay - dayMs)],
    );
    expect(await changeOf(asset)).toBeUndefined();
    await storeCloses(asset.id, 'third', ['88', '105'], { lastDay });
    expect(await changeOf(asset)).toBeCloseTo(25, 12);
  });
});

describe('a question to a source', () => {
  const btc = anAsset();
  const draining = (signal = new AbortController().signal) => ({ signal }) as Draining;

  test('is not asked twice because its answer came while somebody looked into a slow cache', async () => {
    const kept = new Map<string, unknown>();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    let looks = 0;
    const cache = {
      get: async (key: string) => {
        const found = kept.get(key);
        if ((looks += 1) === 1) await slow;
        return found;
      },
      set: async (key: string, value: unknown) => void kept.set(key, value),
    } as unknown as QuoteCache;
    const source = answering('first', at('7'));
    const quotes = new SourceQuotes(new SourceGate(stack.orm.em.fork()), cache, draining());
    const late = quotes.of(source, btc, 60_000);
    expect(await quotes.of(source, btc, 60_000)).toMatchObject({ kind: 'quote' });
    release();
    expect(await late).toMatchObject({ kind: 'quote', quote: { price: '7' } });
    expect(source.asked).toHaveLength(1);
  });

  test('that a stopping process gives up is no failure of the source', async () => {
    const stop = new AbortController();
    const source = answering('first', () => {
      stop.abort();
      throw new Error('given up');
    });
    const gate = new SourceGate(stack.orm.em.fork());
    const cache = new QuoteCache({ sources: { redisUrl: '' } } as Config);
    const quotes = new SourceQuotes(gate, cache, draining(stop.signal));
    expect(await quotes.of(source, btc, 60_000)).toEqual({
      kind: 'none',
      outcome: 'unavailable',
      detail: 'this process is stopping',
    });
    expect(await gate.state([source])).toMatchObject([{ failures: 0, lastErrorAt: null }]);
  });
});
