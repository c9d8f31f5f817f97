import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { seedAssets } from '../../../src/data/domain/seed-assets.js';
import type { Asset } from '../../../src/data/domain/asset.js';
import { intervals } from '../../../src/data/domain/candle.js';
import type { MarketDataSource, SourceFamily } from '../../../src/data/sources/market-data-source.js';
import type { EpochMs } from '../../../src/shared/time.js';
import { root } from '../../local/project.mjs';
import type { Answer } from './answering-server.js';

const instant = z.iso.datetime();

const asked = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('candles'),
    asset: z.string(),
    interval: z.enum(intervals),
    from: instant.nullable(),
    to: instant,
    now: instant,
  }),
  z.strictObject({ kind: z.literal('quote'), asset: z.string(), now: instant }),
]);
export type Asked = z.output<typeof asked>;

const answer = z.strictObject({
  on: z.string().optional(),
  status: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  text: z.string().optional(),
  cut: z.boolean().default(false),
  slow: z.boolean().default(false),
});

const texts = z.array(z.string().nullable());

const fixtureCase = z.strictObject({
  name: z.string(),
  asked: asked.optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  answers: z.array(answer).optional(),
  folder: z.string().optional(),
  expected: z.strictObject({
    kind: z.string(),
    bars: z.int().optional(),
    first: instant.optional(),
    last: instant.optional(),
    close: z.string().optional(),
    opens: texts.optional(),
    closes: texts.optional(),
    volumes: texts.optional(),
    quoteCurrency: z.string().optional(),
    adjustment: z.string().optional(),
    simulatedSeed: z.string().nullable().optional(),
    refused: z.array(z.string()).optional(),
    actions: z.int().optional(),
    requests: z.int().optional(),
    retryAfterMs: z.int().nullable().optional(),
    detail: z.string().optional(),
    variable: z.string().optional(),
    price: z.string().optional(),
    time: instant.optional(),
  }),
});
export type FixtureCase = z.output<typeof fixtureCase>;

const fixtureFile = z.strictObject({
  environment: z.record(z.string(), z.string()).default({}),
  needsKey: z.string().optional(),
  cases: z.array(fixtureCase),
});
export type Fixtures = z.output<typeof fixtureFile>;

const folderOf = (family: string) => path.join(root, 'test/fixtures/sources', family);

/** A family's answers on file. @throws when it has none */
export const fixturesOf = (family: string): Fixtures =>
  fixtureFile.parse(JSON.parse(fs.readFileSync(path.join(folderOf(family), 'fixtures.json'), 'utf8')));

/** @throws when there is none */
export function caseNamed({ cases }: Fixtures, name: string): FixtureCase {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`no case "${name}" on file`);
  return found;
}

/** What is asked, or what the case "ok" asks. */
export function askedIn(fixtures: Fixtures, one: FixtureCase): Asked {
  const given = one.asked ?? caseNamed(fixtures, 'ok').asked;
  if (!given) throw new Error(`the case "${one.name}" asks nothing, and "ok" neither`);
  return given;
}

/** @throws when the seed has no such asset */
export function assetOf(id: string): Asset {
  const found = seedAssets.find((one) => one.id === id);
  if (!found) throw new Error(`${id} is not among the seed assets`);
  return found;
}

/** The answer that a request gets: the first whose `on` stands in its address. */
export function answerOf(family: string, one: FixtureCase, address: string): Answer | undefined {
  const found = one.answers?.find(({ on }) => on === undefined || address.includes(on));
  if (!found) return undefined;
  const { body, text = '', ...rest } = found;
  return { ...rest, body: body === undefined ? text : fs.readFileSync(path.join(folderOf(family), body)) };
}

/** The variables of a case, with the family's base address set to `url` and, for folders, the folder's path. */
export function environmentOf(
  family: SourceFamily,
  fixtures: Fixtures,
  { environment, folder }: Pick<FixtureCase, 'environment' | 'folder'>,
  url: string,
): NodeJS.ProcessEnv {
  const address = Object.keys(family.environment.shape).find((name) => name.endsWith('_BASE_URL'));
  const set = { ...fixtures.environment, ...(address === undefined ? {} : { [address]: url }), ...environment };
  const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== null)) as NodeJS.ProcessEnv;
  return folder === undefined ? given : { ...given, FKS_PRICES: path.resolve(folderOf(family.name), folder) };
}

/** The family's one source. @throws when its settings open none or several */
export function onlySource(family: SourceFamily, environment: NodeJS.ProcessEnv): MarketDataSource {
  const [source, ...more] = family.open(environment);
  if (!source || more.length > 0) throw new Error(`${family.name} opened ${source ? 'several sources' : 'no source'}`);
  return source;
}

export const ms = (text: string): EpochMs => Date.parse(text);
