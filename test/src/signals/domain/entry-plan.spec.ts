import { entryPlan } from '../../../../src/signals/domain/entry-plan.js';
import { dayMs, hourMs, minuteMs, toIso } from '../../../../src/shared/time.js';

const at = (text: string) => Date.parse(text);
const plan = (assetClass: 'crypto' | 'etf' | 'cash', from: string, expires = '2030-01-01T00:00:00Z') => {
  const { opensAt, closesAt, ...rest } = entryPlan(assetClass, at(from), at(expires));
  return { ...rest, opensAt: opensAt && toIso(opensAt), closesAt: closesAt && toIso(closesAt) };
};

test('coins are entered at once, at any time', () => {
  expect(plan('crypto', '2025-12-25T03:00:00Z')).toEqual({
    isOpen: true,
    opensAt: null,
    closesAt: null,
    waitMs: 0,
    orderType: 'market',
    isTooLate: false,
  });
});

describe('funds wait for New York', () => {
  test.each([
    // when, the next opening, how long that is; half past nine is 13:30 UTC in summer and 14:30 in winter
    ['before the opening', '2025-07-07T12:00:00Z', '2025-07-07T13:30:00Z', 1.5 * hourMs],
    ['after the closing', '2025-07-07T20:00:00Z', '2025-07-08T13:30:00Z', 17.5 * hourMs],
    ['over a weekend', '2025-07-11T21:00:00Z', '2025-07-14T13:30:00Z', 2 * dayMs + 16.5 * hourMs],
    ['over the weekend in which clocks go back', '2025-11-01T13:30:00Z', '2025-11-03T14:30:00Z', 2 * dayMs + hourMs],
    ['over the weekend in which clocks go forward', '2026-03-07T14:30:00Z', '2026-03-09T13:30:00Z', 2 * dayMs - hourMs],
    ['over Christmas Day', '2025-12-24T18:00:00Z', '2025-12-26T14:30:00Z', dayMs + 20.5 * hourMs],
  ])('%s', (_name, from, opensAt, waitMs) => {
    expect(plan('etf', from)).toMatchObject({ isOpen: false, opensAt, closesAt: null, waitMs, orderType: 'limit' });
  });

  test('while it is open there is nothing to wait for, and the next opening still lies ahead', () => {
    const open = { isOpen: true, waitMs: 0, opensAt: '2025-07-08T13:30:00Z', closesAt: '2025-07-07T20:00:00Z' };
    expect(plan('etf', '2025-07-07T13:30:00Z')).toMatchObject(open);
    expect(plan('etf', '2025-07-07T19:59:59.999Z')).toMatchObject(open);
    // Christmas Eve is a short day
    expect(plan('etf', '2025-12-24T17:59:00Z')).toMatchObject({ isOpen: true, closesAt: '2025-12-24T18:00:00Z' });
  });

  test('every hour of two years: the next opening is ahead, and open is open', () => {
    for (let t = at('2024-11-01T00:07:00Z'); t < at('2026-11-01T00:00:00Z'); t += 61 * minuteMs) {
      const { isOpen, opensAt, closesAt, waitMs } = entryPlan('stock', t, Infinity);
      expect(opensAt).toBeGreaterThan(t);
      expect(waitMs).toBe(isOpen ? 0 : opensAt! - t);
      expect(closesAt === null ? isOpen : closesAt <= t).toBe(false);
    }
  });
});

test('currencies trade from Sunday to Friday, five in New York', () => {
  expect(plan('cash', '2025-07-05T12:00:00Z')).toMatchObject({ isOpen: false, opensAt: '2025-07-06T21:00:00Z' });
  expect(plan('cash', '2025-12-24T12:00:00Z')).toMatchObject({ isOpen: true, closesAt: '2025-12-26T22:00:00Z' });
  expect(plan('cash', '2025-12-26T22:00:00Z')).toMatchObject({ isOpen: false, opensAt: '2025-12-28T22:00:00Z' });
});

test('a signal that expires before the opening is too late', () => {
  expect(plan('etf', '2025-07-11T21:00:00Z', '2025-07-14T13:30:00Z').isTooLate).toBe(true);
  expect(plan('etf', '2025-07-11T21:00:00Z', '2025-07-14T13:30:01Z').isTooLate).toBe(false);
  expect(plan('crypto', '2025-07-11T21:00:00Z', '2025-07-11T21:00:00Z').isTooLate).toBe(true);
});
