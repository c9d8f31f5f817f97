/** Classes by which an allocation is judged, in the order of every list. */
export const allocationClasses = ['stocks', 'etfs', 'commodities', 'crypto', 'futures', 'cash'] as const;
/** Further classes that holdings of an account may have a target for. */
export const furtherClasses = ['forex', 'options'] as const;
type AllocationClass = (typeof allocationClasses)[number] | (typeof furtherClasses)[number];

/** Percent of the whole by class; they sum to 100. */
export type ClassTargets = Readonly<Partial<Record<AllocationClass, number>>>;

export const targetSets = [
  'portfolio',
  'prop_firm',
  'personal_trading',
  'long_term_retirement',
  'long_term_taxable',
] as const;
export type TargetSet = (typeof targetSets)[number];

const longTerm: ClassTargets = { stocks: 50, etfs: 15, commodities: 15, crypto: 10, futures: 5, cash: 5 };

/** Targets that the service begins with. Those of personal trading are the prototype's, brought from 112 to 100. */
export const defaultTargets: Readonly<Record<TargetSet, ClassTargets>> = {
  portfolio: longTerm,
  prop_firm: { futures: 40, forex: 25, crypto: 25, cash: 10 },
  personal_trading: { stocks: 40, options: 22, crypto: 16, futures: 11, cash: 11 },
  long_term_retirement: longTerm,
  long_term_taxable: longTerm,
};

export interface ClassedHolding {
  readonly symbol: string;
  readonly assetClass: string;
  /** US dollars. */
  readonly value: number;
}

export interface Share {
  readonly currentPercent: number;
  readonly targetPercent: number | null;
  readonly currentValue: number;
  readonly targetValue: number | null;
  /** Current minus target: US dollars, and percentage points. */
  readonly difference: number | null;
  readonly differencePercent: number | null;
}

export interface ClassAllocation extends Share {
  readonly assetClass: AllocationClass;
  readonly targetPercent: number;
  readonly targetValue: number;
  readonly difference: number;
  readonly differencePercent: number;
  readonly assets: readonly (Share & { readonly symbol: string })[];
}

export interface AllocationReport {
  readonly portfolioValue: number;
  /** Of all holdings, also of those whose class has no target. */
  readonly holdingsValue: number;
  /** `portfolioValue` less `holdingsValue`: what the percentages lack (positive) or have too much (negative) to 100. */
  readonly unaccounted: number;
  readonly classes: readonly ClassAllocation[];
  /** Sum of the absolute differences of all classes, percentage points. */
  readonly totalDrift: number;
  readonly needsRebalancing: boolean;
  readonly threshold: number;
  /** Classes that have no target and count nowhere, with what they are worth. */
  readonly unknownClasses: readonly { readonly assetClass: string; readonly value: number }[];
}

/** A drift of exactly the threshold is none. */
export const isBreached = ({ differencePercent }: ClassAllocation, threshold: number): boolean =>
  Math.abs(differencePercent) > threshold;

/**
 * How holdings lie beside the targets of their classes, in US dollars and percent of `portfolioValue`. A class without a
 * target is named, never dropped in silence; single assets have no target of their own.
 */
export function allocationReport(
  holdings: readonly ClassedHolding[],
  portfolioValue: number,
  threshold: number,
  targets: ClassTargets,
): AllocationReport {
  const classes: AllocationClass[] = [
    ...allocationClasses,
    ...furtherClasses.filter((one) => targets[one] !== undefined),
  ];
  const percentOf = (value: number) => (portfolioValue > 0 ? (value / portfolioValue) * 100 : 0);
  const rows = classes.map((assetClass): ClassAllocation => {
    const own = holdings.filter((holding) => holding.assetClass === assetClass);
    const currentValue = own.reduce((sum, { value }) => sum + value, 0);
    const targetPercent = targets[assetClass] ?? 0;
    const targetValue = (portfolioValue * targetPercent) / 100;
    return {
      assetClass,
      currentPercent: percentOf(currentValue),
      targetPercent,
      currentValue,
      targetValue,
      difference: currentValue - targetValue,
      differencePercent: percentOf(currentValue) - targetPercent,
      assets: own.map(({ symbol, value }) => ({
        symbol,
        currentPercent: percentOf(value),
        targetPercent: null,
        currentValue: value,
        targetValue: null,
        difference: null,
        differencePercent: null,
      })),
    };
  });
  const unknown = new Map<string, number>();
  for (const { assetClass, value } of holdings) {
    if (!(classes as string[]).includes(assetClass)) unknown.set(assetClass, (unknown.get(assetClass) ?? 0) + value);
  }
  const holdingsValue = holdings.reduce((sum, { value }) => sum + value, 0);
  const unaccounted = portfolioValue - holdingsValue;
  // what is less than the rounding of the sums is none
  const isNone = Math.abs(unaccounted) <= 1e-9 * Math.max(portfolioValue, Math.abs(holdingsValue));
  return {
    portfolioValue,
    holdingsValue,
    unaccounted: isNone ? 0 : unaccounted,
    classes: rows,
    totalDrift: rows.reduce((sum, { differencePercent }) => sum + Math.abs(differencePercent), 0),
    needsRebalancing: rows.some((row) => isBreached(row, threshold)),
    threshold,
    unknownClasses: [...unknown].map(([assetClass, value]) => ({ assetClass, value })),
  };
}

/** What a person is told of a class that left its band. */
export const alertOf = ({ assetClass, currentPercent, targetPercent, differencePercent }: ClassAllocation): string => {
  const side = differencePercent > 0 ? 'over' : 'under';
  const two = (value: number) => value.toFixed(2);
  return `${assetClass.toUpperCase()} is ${side} its target by ${two(Math.abs(differencePercent))} points (current ${two(currentPercent)}%, target ${two(targetPercent)}%)`;
};
