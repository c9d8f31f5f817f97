import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { assetClasses } from '../../../../src/data/domain/asset.js';
import { isBarStart } from '../../../../src/data/domain/bar-grid.js';
import { intervalMs, intervals } from '../../../../src/data/domain/candle.js';
import { SeededNoise } from '../../../../tools/market-simulator/random.js';
import { HttpSourceIo } from '../../../../src/data/sources/http-source-io.js';
import type {
  CandleAnswer,
  Quote,
  RequestOptions,
  SourceIo,
  SourceOutcome,
} from '../../../../src/data/sources/market-data-source.js';
import { sourceFamilies } from '../../../../src/data/sources/registry.js';
import { AnsweringServer, type Answer } from '../../../../tools/faults/corruption/answering-server.js';
import { judge, subjectOf } from '../../../../tools/faults/corruption/corpus.js';
import { corruptions } from '../../../../tools/faults/corruption/corruptions.js';
import {
  answerOf,
  askedIn,
  assetOf,
  caseNamed,
  environmentOf,
  fixturesOf,
  ms,
  onlySource,
  type Asked,
  type FixtureCase,
} from '../../../../tools/faults/corruption/fixtures.js';
import { wireFormats } from '../../../../tools/faults/corruption/wire-formats.js';
import { Chance } from '../../../../tools/faults/fault-row.js';
import { toIso } from '../../../../src/shared/time.js';

let server: AnsweringServer;
beforeAll(async () => {
  server = await AnsweringServer.start();
});
afterAll(() => server.stop());

const page = fs.readFileSync(path.resolve('test/fixtures/sources/page.html'));
type Outcome = SourceOutcome<CandleAnswer | Quote>;

const ioAt = (now: string, options: Partial<ConstructorParameters<typeof HttpSourceIo>[0]> = {}) =>
  new HttpSourceIo({ signal: new AbortController().signal, now: () => ms(now), ...options });

describe.each(sourceFamilies.map((family) => [family.name, family] as const))('source %s', (name, family) => {
  const fixtures = fixturesOf(name);
  const ok = caseNamed(fixtures, 'ok');
  const environment = (one: FixtureCase, url = server.url) => environmentOf(family, fixtures, one, url);
  const isFolder = name === 'csv';
  const source = (one: FixtureCase, url?: string) => onlySource(family, environment(one, url));

  /** @returns what the source makes of the question of a case */
  function ask(one: FixtureCase, io: SourceIo, url?: string): Promise<Outcome> {
    const asked = askedIn(fixtures, one);
    const asset = assetOf(asked.asset);
    const opened = source(one, url);
    if (asked.kind === 'quote') return opened.latestQuote!(asset, io);
    const from = asked.from === null ? null : ms(asked.from);
    return opened.candles({ asset, interval: asked.interval, from, to: ms(asked.to) }, io);
  }

  /** The case "ok" with every answer replaced. */
  function okAnswered(answer: Answer, io: SourceIo = ioAt(askedIn(fixtures, ok).now)): Promise<Outcome> {
    server.answerWith(() => answer);
    return ask(ok, io);
  }

  test('has an answer on file for each situation that it must know', () => {
    const offers = source(ok).offers;
    const offersAll = assetClasses
      .filter((one) => one !== 'cash')
      .every((one) => intervals.every((interval) => offers.candles[one]?.includes(interval)));
    const required = [
      'ok',
      'empty',
      'unknown symbol',
      ...(isFolder ? [] : ['unknown asset', 'rate limited', 'bad request']),
      ...(offersAll ? [] : ['not offered']),
      ...(offers.quotes.length > 0 ? ['quote'] : []),
      ...(fixtures.needsKey === undefined ? [] : ['missing key']),
    ];
    const names = fixtures.cases.map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(required));
    expect(new Set(names).size).toBe(names.length);
    expect(ok.expected.bars).toBeGreaterThanOrEqual(6);
    expect(Object.keys(family.environment.shape)).toEqual(
      expect.arrayContaining([...Object.keys(fixtures.environment), fixtures.needsKey ?? []].flat()),
    );
  });

  test.each(fixtures.cases.map((one): [string, FixtureCase] => [one.name, one]))('on file: %s', async (_, one) => {
    server.answerWith((address) => answerOf(name, one, address));
    const asked = askedIn(fixtures, one);
    const outcome = await ask(one, ioAt(asked.now));
    expect(seen(one, outcome)).toEqual(one.expected);
    expect(broken(outcome, asked)).toEqual([]);
    const mayAsk = one.answers?.length !== 0;
    expect(mayAsk ? [] : server.requests).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain(fixtures.environment[fixtures.needsKey ?? ''] ?? 'no key');
  });

  describe('corrupt rows and bodies', () => {
    const format = wireFormats.find((one) => one.family === name)!;
    const fitting = corruptions.filter(({ fits }) => fits?.(format) ?? true);
    test.each(fitting.map((one) => [one.name, one] as const))('%s: accepts exactly the clean rows', async (_, one) => {
      const chance = new Chance(new SeededNoise(1).stream(`${name} ${one.name}`), 1);
      const { complaints, outcome } = await judge(subjectOf(family, format), one, chance, server);
      expect(complaints).toEqual([]);
      expect(outcome).toMatch(/^(ok|empty|unknownAsset|unavailable|badAnswer)$/);
    });
  });

  if (!isFolder) {
    const plain = (status: number, headers: Record<string, string> = {}): Answer => ({ status, headers, body: 'no' });

    test('a plain 429 is rateLimited, with the delay that it names', async () => {
      expect(await okAnswered(plain(429, { 'retry-after': '7' }))).toMatchObject({
        kind: 'rateLimited',
        retryAfterMs: 7_000,
      });
      expect(await okAnswered(plain(429))).toMatchObject({ kind: 'rateLimited' });
    });

    test.each([500, 502, 503, 504])('a page of a machine on the way with status %i is unavailable', async (status) => {
      expect(await okAnswered({ status, body: page })).toMatchObject({ kind: 'unavailable' });
    });

    test('a page with status 200 is a bad answer', async () => {
      const html = { status: 200, headers: { 'content-type': 'text/html' }, body: page };
      expect(await okAnswered(html)).toMatchObject({ kind: 'badAnswer' });
    });

    test('a redirection is not followed, and no answer', async () => {
      const outcome = await okAnswered({ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' });
      expect(outcome.kind).toMatch(/^(badAnswer|unavailable)$/);
    });

    test.each([
      ['a body that is cut off', { cut: true }],
      ['a body that never ends', { slow: true }],
    ])('%s is unavailable, never an answer in part', async (_, how) => {
      server.answerWith((address) => ({ ...answerOf(name, ok, address)!, ...how }));
      const http = ioAt(askedIn(fixtures, ok).now);
      // a body that never ends would otherwise cost the source's whole patience
      const get = (url: URL, options?: RequestOptions) => http.get(url, { ...options, timeoutMs: 300 });
      const outcome = await ask(ok, { signal: http.signal, now: () => http.now(), get });
      expect(outcome).toMatchObject({ kind: 'unavailable' });
    });

    test('a compressed body reads like a plain one', async () => {
      server.answerWith((address) => {
        const { body, ...answer } = answerOf(name, ok, address)!;
        return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
      });
      expect(seen(ok, await ask(ok, ioAt(askedIn(fixtures, ok).now)))).toEqual(ok.expected);
    });

    test('is unavailable, not empty, when nobody listens', async () => {
      const outcome = await ask(ok, ioAt(askedIn(fixtures, ok).now), 'http://127.0.0.1:9');
      expect(outcome).toMatchObject({ kind: 'unavailable' });
    });

    test.each([
      ['model; seed=42', '42'],
      ['folder', null],
    ])('an answer with the mark "%s" is of the simulated world %s', async (mark, simulatedSeed) => {
      server.answerWith((address) => {
        const answer = answerOf(name, ok, address)!;
        return { ...answer, headers: { ...answer.headers, 'x-market-simulator': mark } };
      });
      const outcome = await ask(ok, ioAt(askedIn(fixtures, ok).now));
      expect(outcome).toMatchObject({ kind: 'ok', value: { simulatedSeed } });
    });

    test('what the budget does not allow now is no answer of the source', async () => {
      const http = ioAt(askedIn(fixtures, ok).now);
      const denied = { kind: 'rateLimited', retryAfterMs: 12_000, why: 'the budget of a minute' } as const;
      const outcome = await ask(ok, { signal: http.signal, now: () => http.now(), get: () => Promise.resolve(denied) });
      expect(outcome).toEqual(denied);
    });

    test('each request costs some of a budget that names no key', async () => {
      server.answerWith((address) => answerOf(name, ok, address));
      const http = ioAt(askedIn(fixtures, ok).now);
      const weights: number[] = [];
      const get = (url: URL, options?: RequestOptions) => {
        weights.push(options?.weight ?? 1);
        return http.get(url, options);
      };
      await ask(ok, { signal: http.signal, now: () => http.now(), get });
      const { key, windows } = source(ok).budget;
      expect(windows.length).toBeGreaterThan(0);
      expect(weights.length).toBeGreaterThan(0);
      for (const weight of weights) expect(Number.isInteger(weight) && weight >= 1).toBe(true);
      expect(key).toContain(new URL(server.url).host);
      for (const secret of Object.values(fixtures.environment)) expect(key).not.toContain(secret);
    });
  }

  test('gives up when its caller does', async () => {
    const io = ioAt(askedIn(fixtures, ok).now, { signal: AbortSignal.abort(new Error('given up')) });
    await expect(ask(ok, io)).rejects.toThrow('given up');
  });
});

test('a wrong variable of any source is named at the start, and its value is not', () => {
  const wrong = (variable: string) => (variable.endsWith('_URL') ? 'ftp://me:hunter2@x' : 'hunter2');
  const checked = sourceFamilies.flatMap((family) =>
    Object.keys(family.environment.shape)
      .filter((variable) => !variable.endsWith('_API_KEY') && variable !== 'FKS_PRICES')
      .map((variable) => ({ variable, run: () => family.open({ [variable]: wrong(variable) }) })),
  );
  expect(checked.length).toBeGreaterThan(15);
  for (const { variable, run } of checked) {
    expect(run).toThrow(expect.objectContaining({ name: 'SourceSettingsError' }));
    expect(run).toThrow(variable);
    expect(run).not.toThrow(/hunter2/);
  }
});

test('the suite sees bars that do not ascend, that lie off the grid and that were not over', () => {
  const bar = { openTime: ms('2025-01-02T00:00:00Z'), open: '1', high: '1', low: '1', close: '1', volume: null };
  const value = {
    quoteCurrency: 'USD',
    adjustment: 'raw',
    candles: [bar, bar, { ...bar, openTime: bar.openTime + 1 }, { ...bar, openTime: ms('2025-02-01T00:00:00Z') }],
    refused: [],
    rowsRefused: 0,
    actions: [],
    simulatedSeed: null,
  } as const;
  const asked = askedIn(fixturesOf('csv'), caseNamed(fixturesOf('csv'), 'ok'));
  expect(broken({ kind: 'ok', value }, asked)).toEqual([
    '2025-01-02T00:00:00Z does not come after the bar before',
    '2025-01-02T00:00:00.001Z is no start of a bar',
    '2025-02-01T00:00:00Z was not over',
  ]);
});

/** What a case expects, read from an outcome: only the members that the case names. */
function seen({ expected }: FixtureCase, outcome: Outcome): FixtureCase['expected'] {
  const told: Record<string, unknown> = { kind: outcome.kind };
  if (outcome.kind === 'rateLimited') told['retryAfterMs'] = outcome.retryAfterMs ?? null;
  if ('why' in outcome && expected.detail !== undefined) {
    told['detail'] = outcome.why.includes(expected.detail) ? expected.detail : outcome.why;
  }
  if (outcome.kind === 'missingKey') told['variable'] = outcome.variable;
  if (outcome.kind === 'ok')
    Object.assign(told, 'candles' in outcome.value ? bars(outcome.value) : quote(outcome.value));
  told['requests'] = server.requests.length;
  const named = Object.entries(told).filter(([name]) => name in expected);
  return Object.fromEntries(named) as FixtureCase['expected'];
}

function bars({ candles, actions, refused, quoteCurrency, adjustment, simulatedSeed }: CandleAnswer) {
  const [first, last] = [candles[0], candles.at(-1)];
  return {
    bars: candles.length,
    first: first && toIso(first.openTime),
    last: last && toIso(last.openTime),
    close: last?.close,
    opens: candles.map(({ open }) => open),
    closes: candles.map(({ close }) => close),
    volumes: candles.map(({ volume }) => volume),
    quoteCurrency,
    adjustment,
    simulatedSeed,
    refused: refused.map(({ where, reason }) => `${where}: ${reason}`),
    actions: actions.length,
  };
}

const quote = ({ price, time, quoteCurrency, simulatedSeed }: Quote) => ({
  price,
  time: toIso(time),
  quoteCurrency,
  simulatedSeed,
});

/** What is wrong with bars that no source may ever give, whatever it was answered. */
function broken(outcome: Outcome, asked: Asked): string[] {
  if (outcome.kind !== 'ok' || !('candles' in outcome.value) || asked.kind !== 'candles') return [];
  const { candles, refused, rowsRefused } = outcome.value;
  const { assetClass } = assetOf(asked.asset);
  const complaints = candles.flatMap(({ openTime, open, high, low, close, volume }, i) => {
    const at = toIso(openTime);
    const numbers = [open, high, low, close, volume].filter((text) => text !== null).map(Number);
    return [
      ...(i === 0 || openTime > candles[i - 1]!.openTime ? [] : [`${at} does not come after the bar before`]),
      ...(isBarStart(assetClass, asked.interval, openTime) ? [] : [`${at} is no start of a bar`]),
      ...(numbers.every((n) => Number.isFinite(n) && n >= 0) ? [] : [`${at} has a number that is none`]),
      ...(asked.from === null || openTime >= ms(asked.from) ? [] : [`${at} was not asked for`]),
      ...(openTime + intervalMs[asked.interval] <= Math.min(ms(asked.to), ms(asked.now)) ? [] : [`${at} was not over`]),
    ];
  });
  return rowsRefused >= refused.length ? complaints : [...complaints, 'more refused rows shown than counted'];
}
