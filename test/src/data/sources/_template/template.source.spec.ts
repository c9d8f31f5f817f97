import { template } from '../../../../../src/data/sources/_template/template.source.js';
import type { SourceIo } from '../../../../../src/data/sources/market-data-source.js';
import { seedAssets } from '../../../../../src/data/domain/seed-assets.js';
import { dayMs } from '../../../../../src/shared/time.js';

const now = Date.parse('2025-01-03T12:00:00Z');
const day = (i: number) => Date.parse('2025-01-01T00:00:00Z') + i * dayMs;

/** What a copy of the template makes of one answer. */
function asked(status: number, body: string, environment: NodeJS.ProcessEnv = { TEMPLATE_API_KEY: 'a-key' }) {
  const io: SourceIo = {
    signal: new AbortController().signal,
    now: () => now,
    get: () => Promise.resolve({ kind: 'response', status, body, header: () => undefined, simulatedSeed: null }),
  };
  const [source] = template.open(environment);
  return source!.candles({ asset: seedAssets[0]!, interval: '1d', from: day(0), to: now }, io);
}

test('the template that new sources are copied from keeps the good bars and leaves out the running one', async () => {
  const bars = [
    [day(0), '1', '2', '0.5', '1.5', '7'],
    [day(1), '1', '2', '0.5', '9', '7'],
    [day(2), '1', '2', '0.5', '1.5', '7'],
  ];
  expect(await asked(200, JSON.stringify({ bars }))).toMatchObject({
    kind: 'ok',
    value: {
      candles: [{ openTime: day(0) }],
      refused: [{ where: 'template bars[1]', reason: 'close 9 is above high 2' }],
    },
  });
});

test.each([
  [200, '{"bars":[]}', 'empty'],
  [200, '{"bars":[["x"]]}', 'badAnswer'],
  [200, '<html>', 'badAnswer'],
  [404, '', 'unknownAsset'],
  [429, '', 'rateLimited'],
  [503, '<html>', 'unavailable'],
])('status %i with %s is %s', async (status, body, kind) => {
  expect(await asked(status, body)).toMatchObject({ kind });
});

test('without its key it asks nobody and names the variable', async () => {
  expect(await asked(200, '', {})).toEqual({ kind: 'missingKey', variable: 'TEMPLATE_API_KEY' });
});
