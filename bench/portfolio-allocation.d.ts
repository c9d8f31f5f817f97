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
  };
  export default portfolioAllocation;
}
