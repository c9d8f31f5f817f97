import { lotsOf } from '../../../../src/optimization/domain/lots.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const weights = (...given: number[]) => given.map((weight, i) => ({ assetId: 'ABC'[i] as AssetId, weight }));

test('whole lots by largest remainders, in decimals', () => {
  // 500 / 30 = 16.7 and 500 / 70 = 7.1: 16 and 7 cost 970, and 30 are left for one more of A
  expect(lotsOf(weights(0.5, 0.5), { A: '30', B: '70' }, { totalUsd: '1000', sizes: { A: '1', B: '1' } })).toEqual({
    totalUsd: '1000',
    bought: [
      { assetId: 'A', lotSize: '1', lots: 17, quantity: '17', priceUsd: '30', valueUsd: '510', weight: 0.51 },
      { assetId: 'B', lotSize: '1', lots: 7, quantity: '7', priceUsd: '70', valueUsd: '490', weight: 0.49 },
    ],
    remainderUsd: '0',
  });
});

test('a lot that only the rounding of doubles pays for is given back', () => {
  // in doubles 3 lots of 0.1 at 1 cost 0.30000000000000004 or 0.3; the total is a little less
  const plan = lotsOf(weights(1), { A: '1' }, { totalUsd: '0.29999999999999999', sizes: { A: '0.1' } });
  expect(plan).toMatchObject({ bought: [{ lots: 2, quantity: '0.2' }], remainderUsd: '0.09999999999999999' });
});

test('what is sold short has no lots', () => {
  expect(lotsOf(weights(1.2, -0.2), { A: '1', B: '1' }, { totalUsd: '10', sizes: { A: '1', B: '1' } })).toBe(
    'B is sold short, of which there are no lots',
  );
});
