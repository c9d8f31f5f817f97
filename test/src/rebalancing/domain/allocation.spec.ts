import {
  alertOf,
  allocationReport,
  defaultTargets,
  isBreached,
} from '../../../../src/rebalancing/domain/allocation.js';

const holding = (symbol: string, assetClass: string, value: number) => ({ symbol, assetClass, value });

describe('the allocation of 1000 dollars: 100 of stocks, 700 of crypto, 200 of forex', () => {
  const report = allocationReport(
    [holding('AAPL', 'stocks', 100), holding('BTC', 'crypto', 700), holding('X', 'forex', 200)],
    1_000,
    5,
    defaultTargets.portfolio,
  );

  it('lists the six classes in their order, with the drift of each', () => {
    expect(report.classes.map((row) => [row.assetClass, row.currentPercent, row.differencePercent])).toEqual([
      ['stocks', 10, -40],
      ['etfs', 0, -15],
      ['commodities', 0, -15],
      ['crypto', 70, 60],
      ['futures', 0, -5],
      ['cash', 0, -5],
    ]);
    expect(report.totalDrift).toBe(140);
  });

  it('does not take a drift of exactly the threshold for a breach', () => {
    const breached = report.classes.filter((row) => isBreached(row, 5)).map(({ assetClass }) => assetClass);
    expect(breached).toEqual(['stocks', 'etfs', 'commodities', 'crypto']);
    expect(report.needsRebalancing).toBe(true);
  });

  it('names a class that has no target', () => {
    expect(report.unknownClasses).toEqual([{ assetClass: 'forex', value: 200 }]);
  });

  it('tells a person which way and how far', () => {
    expect(alertOf(report.classes[3]!)).toBe(
      'CRYPTO is over its target by 60.00 points (current 70.00%, target 10.00%)',
    );
  });

  it('gives single assets no target of their own', () => {
    expect(report.classes[0]!.assets).toEqual([
      {
        symbol: 'AAPL',
        currentPercent: 10,
        targetPercent: null,
        currentValue: 100,
        targetValue: null,
        difference: null,
        differencePercent: null,
      },
    ]);
  });
});

test('every set of targets sums to 100', () => {
  for (const targets of Object.values(defaultTargets)) {
    expect(Object.values(targets).reduce((sum, percent) => sum + percent, 0)).toBe(100);
  }
});

test('a portfolio worth nothing has no shares, and lacks every target', () => {
  const { classes, totalDrift } = allocationReport([], 0, 5, defaultTargets.portfolio);
  expect(classes.map(({ currentPercent }) => currentPercent)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(totalDrift).toBe(100);
});

test('a class beyond the six stands in the list where it has a target', () => {
  const { classes, unknownClasses } = allocationReport(
    [holding('EURUSD', 'forex', 250)],
    1_000,
    5,
    defaultTargets.prop_firm,
  );
  expect(classes.at(-1)).toMatchObject({ assetClass: 'forex', currentPercent: 25, differencePercent: 0 });
  expect(unknownClasses).toEqual([]);
});
