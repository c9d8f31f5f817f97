import { seedAssets } from '../../../../../src/data/domain/seed-assets.js';
import { yahoofinance } from '../../../../../src/data/sources/yahoofinance/yahoofinance.source.js';
import { cannedIo } from '../canned-io.js';

const now = Date.parse('2025-01-10T09:00:00Z');
const bitcoin = seedAssets.find(({ id }) => id === 'BTC')!;
const [source] = yahoofinance.open({});

/** A chart without bars, as the question for the latest price gets it. */
const quoteAt = (regularMarketTime: number) => {
  const meta = { currency: 'USD', symbol: 'BTC-USD', exchangeTimezoneName: 'UTC', regularMarketPrice: 94_000.5 };
  const result = [{ meta: { ...meta, regularMarketTime }, indicators: { quote: [{}] } }];
  return source!.latestQuote!(bitcoin, cannedIo(() => ({ body: { chart: { result, error: null } } }), now).io);
};

test('a price is dated by its own time', async () => {
  expect(await quoteAt(now / 1_000 - 60)).toMatchObject({
    kind: 'ok',
    value: { price: '94000.5', time: now - 60_000 },
  });
});

test.each([0, -5, 9e12, 9e15, now, now / 1_000 + 600])(
  'a price at second %d is a bad answer, not a failure of ours',
  async (seconds) => {
    expect(await quoteAt(seconds)).toEqual({
      kind: 'badAnswer',
      why: expect.stringContaining('price of BTC-USD') as string,
    });
  },
);
