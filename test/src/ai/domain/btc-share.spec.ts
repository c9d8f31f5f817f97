import fc from 'fast-check';
import { btcShare } from '../../../../src/ai/domain/btc-share.js';

test.each([
  ['buy', 0.71, 0.5, 0.6, 'INCREASE_BTC', 0.1],
  ['buy', 0.7, 0.5, 0.55, 'INCREASE_BTC', 0.05],
  ['buy', 0.5, 0.52, 0.52, 'HOLD', 0],
  ['sell', 0.71, 0.55, 0.5, 'DECREASE_BTC', -0.05],
  ['sell', 0.7, 0.55, 0.55, 'HOLD', 0],
  ['hold', 1, 0.3, 0.5, 'INCREASE_BTC', 0.2],
  ['buy', 0.9, 0.595, 0.6, 'HOLD', 0.005],
] as const)(
  '%s with %d takes a share of %d to %d: %s',
  (direction, confidence, current, target, action, difference) => {
    expect(btcShare(current, { direction, confidence })).toMatchObject({ target, action, difference });
  },
);

test('without an opinion the share stays where it is, moved into the band', () => {
  expect(btcShare(0.9, null)).toEqual({
    target: 0.6,
    action: 'DECREASE_BTC',
    difference: -0.3,
    why: 'there is no opinion; it is moved into 50 to 60 %',
  });
});

test('no opinion leads out of the band', () => {
  const directions = fc.constantFrom('buy' as const, 'sell' as const, 'hold' as const);
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(directions, fraction, fraction, (direction, confidence, current) => {
      const { target } = btcShare(current, { direction, confidence });
      expect(target >= 0.5 && target <= 0.6).toBe(true);
    }),
    { seed: 11 },
  );
});
