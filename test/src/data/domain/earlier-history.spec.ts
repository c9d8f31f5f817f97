import { whyNotEarlier, type AskedForEarlier } from '../../../../src/data/domain/earlier-history.js';

const first = Date.parse('2023-11-28');
const series = { interval: '1h', chosen: 'yahoofinance', first } as const;
const asked = (source: string, over: Partial<AskedForEarlier> = {}): AskedForEarlier => ({
  source,
  outcome: 'ok',
  keepsDays: undefined,
  first,
  ...over,
});

test('a source that keeps less than was wanted says how much, the one whose series it is first', () => {
  const polygon = asked('polygon', { keepsDays: 730, outcome: undefined, first: undefined });
  expect(whyNotEarlier([polygon, asked('yahoofinance', { keepsDays: 729 })], series)).toBe(
    'yahoofinance keeps 729 days of 1h; polygon keeps 730 days of 1h',
  );
});

test('a source that has nothing earlier, one that failed and one that was not asked are three things', () => {
  const others = [
    asked('binance', { outcome: 'unavailable', first: undefined }),
    asked('csv:a', { outcome: undefined }),
  ];
  expect(whyNotEarlier([...others, asked('yahoofinance')], series)).toBe(
    'yahoofinance has no earlier bars; binance could not give them (unavailable); csv:a was not asked',
  );
});

test('a source whose series is longer, and not the one that is read, is named with its beginning', () => {
  const longer = asked('coingecko', { first: Date.parse('2019-05-01'), keepsDays: 2_000 });
  expect(whyNotEarlier([asked('yahoofinance'), longer], series)).toBe(
    'yahoofinance has no earlier bars; coingecko has bars from 2019-05-01 on',
  );
});

test('of nobody there is nothing to tell', () => {
  expect(whyNotEarlier([], series)).toBeNull();
});
