import {
  askedSource,
  isSimulatedSource,
  simulatedSource,
  revisionsFor,
  type SeriesRef,
  worldOf,
} from '../../../../src/data/domain/candle.js';

test.each([
  ['binance', false, 'binance'],
  ['csv:binance', false, 'csv:binance'],
  [simulatedSource('binance', '7'), true, 'binance'],
  [simulatedSource('csv:x', '7'), true, 'csv:x'],
  // stored before worlds were told apart
  ['simulated:yahoofinance', true, 'yahoofinance'],
])('%s is simulated: %s, and %s was asked for it', (source, simulated, asked) => {
  expect(isSimulatedSource(source)).toBe(simulated);
  expect(askedSource(source)).toBe(asked);
});

test('a rehearsal knows no later correction, but for adjusted series, whose history is rewritten as a whole', () => {
  const series = (adjustment: SeriesRef['adjustment']) => ({ adjustment }) as SeriesRef;
  expect((['raw', 'unknown', 'split', 'total_return'] as const).map((one) => revisionsFor(series(one), true))).toEqual([
    'as_known',
    'as_known',
    'newest',
    'newest',
  ]);
  expect(revisionsFor(series('raw'), false)).toBe('newest');
});

test('bars of the simulator are of the world of its seed, others of the real one', () => {
  expect(worldOf('simulated:csv:daily:7')).toBe('7');
  expect(worldOf('simulated:binance:7')).toBe('7');
  expect(worldOf('simulated:binance')).toBe('unknown');
  expect(worldOf('binance')).toBe('');
  expect(worldOf('csv:daily')).toBe('');
});
