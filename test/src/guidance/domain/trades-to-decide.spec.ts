import { tradesToDecide } from '../../../../src/guidance/domain/trades-to-decide.js';
import type { TradeCategory } from '../../../../src/shared/trade-categories.js';

const signal = (id: string, over: Partial<Parameters<typeof tradesToDecide>[0][number]> = {}) => ({
  id,
  category: 'swing' as TradeCategory,
  confidencePoints: 70,
  expiresAt: new Date(1_000),
  heldBack: null,
  isCancelled: false,
  positionSizePct: 0.1,
  ...over,
});
const wanted = { categories: ['swing' as const], minConfidence: 0.7 };
const chosen = (...signals: ReturnType<typeof signal>[]) => tradesToDecide(signals, wanted, 999).map(({ id }) => id);

test('signals of the categories of the policy that are sure enough are put before a person, the surest first', () => {
  expect(
    chosen(
      signal('b'),
      signal('a'),
      signal('unsure', { confidencePoints: 69 }),
      signal('surest', { confidencePoints: 90 }),
      signal('other', { category: 'scalp' }),
    ),
  ).toEqual(['surest', 'a', 'b']);
});

test('nobody is asked about what has expired, is held back or was cancelled', () => {
  expect(
    chosen(
      signal('expired', { expiresAt: new Date(999) }),
      signal('cancelled', { isCancelled: true }),
      signal('of nothing', { positionSizePct: 0 }),
      signal('held', { heldBack: [{ by: 'cooldown', reason: 'a stop' }] }),
    ),
  ).toEqual([]);
});

test('a person is asked about fifty at the most', () => {
  const many = Array.from({ length: 60 }, (_, i) => signal(String(i).padStart(2, '0')));
  expect(chosen(...many)).toHaveLength(50);
});
