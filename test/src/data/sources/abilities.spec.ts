import fs from 'node:fs';
import type { Interval } from '../../../../src/data/domain/candle.js';
import type { MarketDataSource, SourceAbilities } from '../../../../src/data/sources/market-data-source.js';
import { sourceFamilies } from '../../../../src/data/sources/registry.js';

const settings = { FKS_PRICES: 'test/fixtures/sources/csv/good', FKS_DATA_BASE_URL: 'http://127.0.0.1:8003' };
const sources = sourceFamilies.map((family): [string, MarketDataSource] => [family.name, family.open(settings)[0]!]);

/** Classes that have the same intervals share a line: `stock, etf: 1d`. */
function candles({ candles: by }: SourceAbilities): string {
  const classes = new Map<string, string[]>();
  for (const [assetClass, intervals] of Object.entries(by)) {
    const listed = intervals.join(' ');
    classes.set(listed, [...(classes.get(listed) ?? []), assetClass]);
  }
  return [...classes].map(([intervals, names]) => `${names.join(', ')}: ${intervals}`).join('; ') || 'none';
}

const head = ['source', 'candles', 'bars', 'quotes', 'basis', 'days back', 'actions', 'limit'];
const rows = sources.map(([name, { offers, budget }]) => [
  `\`${name}\``,
  candles(offers),
  offers.bars,
  offers.quotes.join(', ') || 'none',
  offers.basis,
  Object.entries(offers.historyDays)
    .map(([interval, days]) => `${interval}: ${days}`)
    .join(', ') || 'all',
  offers.corporateActions.join(', ') || 'none',
  budget.windows.map(({ name: window, limit }) => `${limit.toLocaleString('en')} a ${window}`).join(', ') || 'none',
]);
const asRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const cellsOf = (line: string) =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .filter(Boolean);

test('the table of abilities in the description equals what the sources offer', () => {
  const text = fs.readFileSync('src/data/sources/README.md', 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|-]+\|$/.test(line));
  const at = lines.findIndex((line) => cellsOf(line).join() === head.join());
  const written = lines.slice(at, at + rows.length + 1).map((line) => asRow(cellsOf(line)));
  expect(written).toEqual([asRow(head), ...rows.map(asRow)]);
});

test.each(sources)('what %s says of itself holds together', (_, source) => {
  const { offers } = source;
  const offered = new Set(Object.values(offers.candles).flat());
  expect(offered.size).toBeGreaterThan(0);
  expect(Object.keys(offers.historyDays).filter((interval) => !offered.has(interval as Interval))).toEqual([]);
  for (const days of Object.values(offers.historyDays)) expect(days).toBeGreaterThan(0);
  expect(offers.history.length).toBeGreaterThan(5);
  expect(offers.publicationLagMs).toBeGreaterThanOrEqual(0);
  expect('latestQuote' in source).toBe(offers.quotes.length > 0);
});
