/** The parts of the package that benches compare with; it brings no types of its own. */
declare module 'portfolio-allocation/dist/portfolio_allocation.dev.js' {
  interface Vector {
    toArray(): number[];
  }
  interface CriticalLineOptions {
    readonly constraints: { readonly minWeights: readonly number[]; readonly maxWeights: readonly number[] };
    readonly optimizationMethodParams: { readonly maxIterCriticalLine: number };
  }
  const portfolioAllocation: {
    readonly Matrix: new (values: readonly number[] | readonly (readonly number[])[]) => Vector;
    readonly MeanVarianceEfficientFrontierCla: new (
      expectedReturns: Vector,
      covariance: Vector,
      options: CriticalLineOptions,
    ) => { readonly cornerPortfolios: readonly (readonly [Vector, number])[] };
    /** Least x'Qx / 2 + p'x with b'x = r and l <= x <= u; -1 iterations are as many as it takes. */
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
