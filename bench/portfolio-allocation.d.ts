/** The parts of the package that benches compare with; it brings no types of its own. */
declare module 'portfolio-allocation/dist/portfolio_allocation.dev.js' {
  interface Vector {
    toArray(): number[];
  }
  interface WeightLimits {
    readonly minWeights: readonly number[];
    readonly maxWeights: readonly number[];
  }
  interface CriticalLineOptions {
    readonly constraints: WeightLimits;
    readonly optimizationMethodParams: { readonly maxIterCriticalLine: number };
  }
  interface MethodOptions {
    readonly optimizationMethod: 'critical-line' | 'gsmo';
    /** -1 iterations are as many as it takes. */
    readonly optimizationMethodParams: {
      readonly epsGsmo?: number;
      readonly maxIterGsmo?: number;
      readonly maxIterCriticalLine?: number;
    };
  }
  const portfolioAllocation: {
    readonly Matrix: new (values: readonly number[] | readonly (readonly number[])[]) => Vector;
    readonly MeanVarianceEfficientFrontierCla: new (
      expectedReturns: Vector,
      covariance: Vector,
      options: CriticalLineOptions,
    ) => { readonly cornerPortfolios: readonly (readonly [Vector, number])[] };
    /** Largest tolerance · mu'w - w'Sw / 2, long only. */
    readonly meanVarianceOptimizationWeights: (
      mu: Vector,
      sigma: Vector,
      options: MethodOptions & { readonly constraints: WeightLimits & { readonly riskTolerance: number } },
    ) => readonly number[];
    readonly globalMinimumVarianceWeights: (
      sigma: Vector,
      options: MethodOptions & { readonly constraints: WeightLimits },
    ) => readonly number[];
    /** Not documented. Least x'Qx / 2 + p'x with b'x = r and l <= x <= u; -1 iterations are as many as it takes. */
    readonly qpsolveGSMO_: (
      q: Vector,
      p: Vector,
      b: Vector,
      r: number,
      l: Vector,
      u: Vector,
      options: { readonly eps: number; readonly maxIter: number },
    ) => readonly [Vector, number];
  };
  export default portfolioAllocation;
}
