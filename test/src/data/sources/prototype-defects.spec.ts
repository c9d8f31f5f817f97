import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import { intervalMs, intervals, type Candle } from '../../../../src/data/domain/candle.js';
import { HttpSourceIo } from '../../../../src/data/sources/http-source-io.js';
import type { CandleAnswer, SourceIo, SourceOutcome } from '../../../../src/data/sources/market-data-source.js';
import { sourceFamilies } from '../../../../src/data/sources/registry.js';
import type { EpochMs } from '../../../../src/shared/time.js';
import { AnsweringServer, type Answer } from '../../../../tools/faults/corruption/answering-server.js';
import {
  answerOf,
  askedIn,
  assetOf,
  caseNamed,
  environmentOf,
  fixturesOf,
  ms,
  onlySource,
} from '../../../../tools/faults/corruption/fixtures.js';

// What the prototype did wrong with its sources (its defects D27 to D36), as it must not happen here.

let server: AnsweringServer;
beforeAll(async () => {
  server = await AnsweringServer.start();
});
afterAll(() => server.stop());

/** The case "ok" of a family, asked up to another instant. */
function okOf(name: string, answerWith: (answer: Answer | undefined) => Answer | undefined = (answer) => answer) {
  const family = sourceFamilies.find((one) => one.name === name)!;
  const fixtures = fixturesOf(name);
  const one = caseNamed(fixtures, 'ok');
  const ok = askedIn(fixtures, one);
  if (ok.kind !== 'candles') throw new Error(`"ok" of ${name} asks for no candles`);
  const asset = assetOf(ok.asset);
  const open = () => onlySource(family, environmentOf(family, fixtures, one, server.url));
  const step = intervalMs[ok.interval];
  const from = ok.from === null ? null : ms(ok.from);
  return {
    asset,
    step,
    open,
    now: ms(ok.now),
    bars: async (to: EpochMs = ms(ok.to), now: EpochMs = ms(ok.now)): Promise<readonly Candle[]> => {
      server.answerWith((address) => answerWith(answerOf(name, one, address)));
      const io = new HttpSourceIo({ signal: new AbortController().signal, now: () => now });
      const outcome = await open().candles({ asset, interval: ok.interval, from, to }, io);
      return outcome.kind === 'ok' ? outcome.value.candles : [];
    },
  };
}

const names = sourceFamilies.map(({ name }) => name);
const overHttp = names.filter((name) => name !== 'csv');

/** A world in which every request is a mistake. */
const nobodyIsAsked = (now: EpochMs): SourceIo => ({
  signal: new AbortController().signal,
  now: () => now,
  get: (url) => Promise.reject(new Error(`${url.href} was asked`)),
});

test.each(names)('D27: no bar of %s ends after the instant that was asked for', async (name) => {
  const { bars, step } = okOf(name);
  const all = await bars();
  const [last, before] = [all.at(-1)!, all.at(-2)!];
  for (const instant of [last.openTime + 1, last.openTime + step - 1]) {
    const told = await bars(instant);
    expect(told.at(-1)).toEqual(before);
    expect(told).toHaveLength(all.length - 1);
  }
  expect((await bars(last.openTime + step)).at(-1)).toEqual(last);
});

test.each(names)('D28: the bar of %s that is still being made is no history', async (name) => {
  const { bars, step } = okOf(name);
  const all = await bars();
  const running = all.at(-1)!.openTime;
  const told = await bars(running + 10 * step, running + step - 1);
  expect(told.every(({ openTime }) => openTime < running)).toBe(true);
});

test.each(names)('D29: %s never answers one interval with the bars of another', async (name) => {
  const { open, asset, now } = okOf(name);
  const source = open();
  const missing = intervals.filter((interval) => source.offers.candles[asset.assetClass]?.includes(interval) !== true);
  for (const interval of missing) {
    const outcome = await source.candles({ asset, interval, from: null, to: now }, nobodyIsAsked(now));
    expect(outcome).toMatchObject({ kind: 'notOffered' });
  }
});

test('D29: days of Binance that come for hours are no hours', async () => {
  const { open, asset, now } = okOf('binance');
  server.answerWith((address) => answerOf('binance', caseNamed(fixturesOf('binance'), 'ok'), address));
  const io = new HttpSourceIo({ signal: new AbortController().signal, now: () => now });
  expect(await open().candles({ asset, interval: '1h', from: 0, to: now }, io)).toEqual({
    kind: 'badAnswer',
    why: expect.stringContaining('is not within 1h of open time'),
  });
});

test.each(overHttp)(
  'D30: %s is asked for an asset by its own spelling or not at all, and never for cash',
  async (name) => {
    const { open, now } = okOf(name);
    const source = open();
    for (const asset of seedAssets) {
      const spelling = (asset.venues as Record<string, string | undefined>)[name];
      const asked: string[] = [];
      const io: SourceIo = {
        ...nobodyIsAsked(now),
        get: (url) => {
          asked.push(decodeURIComponent(url.href));
          return Promise.resolve({ kind: 'unavailable', why: 'away' });
        },
      };
      const outcome: SourceOutcome<CandleAnswer> = await source.candles(
        { asset, interval: '1d', from: now - 10 * intervalMs['1d'], to: now },
        io,
      );
      const own = new RegExp(`[/=]${spelling ?? 'none'}([/?&]|$)`);
      expect({ id: asset.id, wrong: asked.filter((address) => !own.test(address)) }).toEqual({
        id: asset.id,
        wrong: [],
      });
      expect(outcome.kind).toMatch(
        spelling === undefined ? /^(unknownAsset|notOffered)$/ : /^(unavailable|notOffered)$/,
      );
    }
  },
);

test.each(['coingecko', 'coinmarketcap'])(
  'D31: %s is asked by a fixed id, and never for its list of coins',
  async (name) => {
    const { bars, asset } = okOf(name);
    await bars();
    const id = (asset.venues as Record<string, string>)[name];
    expect(server.requests.length).toBeGreaterThan(0);
    for (const address of server.requests) {
      expect(address).not.toMatch(/\/coins\/list|cryptocurrency\/map|symbol=/);
      expect(address).toMatch(new RegExp(`[/=]${id}([/?&]|$)`));
    }
  },
);

test.each(names)('D32: %s invents no open, high, low or volume', async (name) => {
  const { bars, open } = okOf(name);
  const closesOnly = open().offers.bars === 'close';
  const told = await bars();
  const missing = told.map(({ open: first, high, low }) => [first, high, low].filter((price) => price === null).length);
  expect(missing).toEqual(told.map(() => (closesOnly ? 3 : 0)));
  expect(closesOnly ? told.filter(({ volume }) => volume !== null) : []).toEqual([]);
});

test.each(names)('D33: %s has a history where it says that it has one', async (name) => {
  const { bars } = okOf(name);
  expect((await bars()).length).toBeGreaterThanOrEqual(6);
});

test.each(overHttp)('D34: %s keeps no answer: the same question is asked again', async (name) => {
  const { bars } = okOf(name);
  const first = await bars();
  const requests = server.requests.length;
  expect(requests).toBeGreaterThan(0);
  expect(await bars()).toEqual(first);
  expect(server.requests).toHaveLength(requests);
});

test.each(overHttp)('D35: everything else goes on while %s is slow', async (name) => {
  const { open, asset, now } = okOf(name);
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const io: SourceIo = {
    ...nobodyIsAsked(now),
    get: async () => {
      await answered;
      return { kind: 'unavailable', why: 'was slow' };
    },
  };
  const outcome = open().candles({ asset, interval: '1d', from: now - 10 * intervalMs['1d'], to: now }, io);
  let ticks = 0;
  for (; ticks < 100; ticks++) await new Promise((resolve) => setImmediate(resolve));
  answer();
  expect(await outcome).toMatchObject({ kind: 'unavailable' });
});

test.each(overHttp)('D36: however often %s is opened, its requests count for one account', (name) => {
  const { open } = okOf(name);
  expect(open().budget).toEqual(open().budget);
  expect(open().budget.key).toContain(`${name}@`);
  expect(open().budget.windows.length).toBeGreaterThan(0);
});
