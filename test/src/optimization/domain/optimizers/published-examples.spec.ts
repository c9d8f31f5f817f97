import { plainProblem, type OptimizationProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import { optimize } from '../../../../../src/optimization/domain/optimize.js';
import type { OptimizerId } from '../../../../../src/optimization/domain/optimizers/registry.js';
import type { AssetId } from '../../../../../src/shared/ids.js';

// Portfolios as papers, books and manuals print them. Where a figure was read in another place than its source, the
// place stands beside it; "portfolio-allocation" is the repository lequant40/portfolio_allocation_js, whose tests name
// the pages. MATLAB's are of its manual on mathworks.com, Rockafellar's and Uryasev's as several public implementations
// quote the paper. A tolerance is half a unit of the last digit that is printed, more where the source itself rounds its input.

interface Example {
  readonly source: string;
  readonly method: OptimizerId;
  readonly covariance: readonly (readonly number[])[];
  readonly means?: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  readonly more?: Partial<OptimizationProblem>;
  readonly weights: readonly number[];
  readonly within: number;
}

const matrix = (deviations: readonly number[], correlations: readonly (readonly number[])[]): number[][] =>
  deviations.map((one, i) =>
    deviations.map((other, j) => one * other * (i === j ? 1 : correlations[Math.max(i, j)]![Math.min(i, j)]!)),
  );

function weightsOf({ method, covariance, means, min, max, more }: Example): Float64Array {
  const n = covariance.length;
  const problem: OptimizationProblem = {
    ...plainProblem(
      covariance.map((_, i) => `A${i}` as AssetId),
      Float64Array.from(covariance.flat()),
      {
        min: min ? Float64Array.from(min) : new Float64Array(n),
        max: max ? Float64Array.from(max) : new Float64Array(n).fill(1),
        linear: [],
      },
    ),
    ...(means && { expectedReturns: Float64Array.from(means) }),
    ...more,
  };
  const outcome = optimize(problem, method);
  if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
  expect(outcome.projected).toBeNull();
  return Float64Array.from(outcome.weights, ({ weight }) => weight);
}

const all = (n: number, value: number) => new Array<number>(n).fill(value);

// T. Roncalli, Understanding the Impact of Weights Constraints in Portfolio Theory, 2010 (in portfolio-allocation)
const roncalli = [
  [0.0225, 0.003, 0.015, 0.0225],
  [0.003, 0.04, 0.035, 0.024],
  [0.015, 0.035, 0.0625, 0.06],
  [0.0225, 0.024, 0.06, 0.09],
];
// X. Bai, K. Scheinberg, R. Tütüncü, Least-squares approach to risk parity in portfolio selection, 2016 (likewise)
const bai = [
  [94.868, 33.75, 12.325, -1.178, 8.778],
  [33.75, 445.642, 98.955, -7.901, 84.954],
  [12.325, 98.955, 117.265, 0.503, 45.184],
  [-1.178, -7.901, 0.503, 5.46, 1.057],
  [8.778, 84.954, 45.184, 1.057, 34.126],
];
// The four assets of the manual of MATLAB's Financial Toolbox
const matlab = {
  means: [0.05, 0.1, 0.12, 0.18],
  covariance: [
    [0.0064, 0.00408, 0.00192, 0],
    [0.00408, 0.0289, 0.0204, 0.0119],
    [0.00192, 0.0204, 0.0576, 0.0336],
    [0, 0.0119, 0.0336, 0.1225],
  ],
};
// H. Markowitz, Portfolio Selection, 1959, chapter II, "Illustrative portfolio analyses": nine stocks and cash (in
// portfolio-allocation)
const markowitz = {
  means: [
    0.06594444444, 0.06155555556, 0.1460555556, 0.1734444444, 0.1981111111, 0.05511111111, 0.1276111111, 0.1903333333,
    0.1156111111, 0,
  ],
  covariance: symmetric([
    [0.05338816358],
    [0.02149069753, 0.01468446914],
    [0.02865533642, 0.01878391358, 0.08550016358],
    [0.04896485802, 0.02441658642, 0.06260714198, 0.09546446914],
    [0.01624895062, 0.008041938272, 0.04439938272, 0.05153806173, 0.1278900988],
    [0.03223945062, 0.01002193827, 0.01328671605, 0.02902461728, 0.0128384321, 0.04125832099],
    [0.02425553395, 0.01448993827, 0.01043991049, 0.02077028395, 0.02091715432, 0.01127854321, 0.02883379321],
    [
      0.03999812963, 0.02536259259, 0.06864603704, 0.09002012963, 0.1015344074, 0.02960762963, 0.02913762963,
      0.1467278889,
    ],
    [
      0.0361509784, 0.02083593827, 0.0420215216, 0.03664589506, 0.04497232099, 0.02165332099, 0.01739445988,
      0.05284057407, 0.07926979321,
    ],
    all(10, 0),
  ]),
};

function symmetric(lower: readonly (readonly number[])[]): number[][] {
  return lower.map((_, i) => lower.map((__, j) => lower[Math.max(i, j)]![Math.min(i, j)]!));
}

const minimumVariance: readonly Example[] = [
  {
    source: 'Roncalli 2010, no limits but that nothing is sold short',
    method: 'minVariance',
    covariance: roncalli,
    weights: [0.65487, 0.34513, 0, 0],
    within: 5e-6,
  },
  {
    source: 'Roncalli 2010, at least 10 % each',
    method: 'minVariance',
    covariance: roncalli,
    min: all(4, 0.1),
    weights: [0.56195, 0.23805, 0.1, 0.1],
    within: 5e-6,
  },
  {
    source: 'Roncalli 2010, at least 20 % each',
    method: 'minVariance',
    covariance: roncalli,
    min: all(4, 0.2),
    weights: [0.4, 0.2, 0.2, 0.2],
    within: 1e-9,
  },
  {
    source: 'Roncalli 2010, at most 50 % each',
    method: 'minVariance',
    covariance: roncalli,
    max: all(4, 0.5),
    weights: [0.5, 0.5, 0, 0],
    within: 1e-9,
  },
  {
    source: 'Roncalli, Portfolio Optimization versus Risk-Budgeting Allocation, 2012 (in portfolio-allocation)',
    method: 'minVariance',
    covariance: [
      [0.04, 0.0396, 0.0414],
      [0.0396, 0.0484, 0.0455],
      [0.0414, 0.0455, 0.0529],
    ],
    // 22/23 and 1/23
    weights: [0.9565217391304353, 0.04347826086956469, 0],
    within: 1e-9,
  },
  {
    source: 'Bai, Scheinberg and Tütüncü 2016',
    method: 'minVariance',
    covariance: bai,
    weights: [0.05, 0.006, 0, 0.862, 0.082],
    within: 6e-4,
  },
  {
    source: 'Bai, Scheinberg and Tütüncü 2016, 5 to 35 % each',
    method: 'minVariance',
    covariance: bai,
    min: all(5, 0.05),
    max: all(5, 0.35),
    weights: [0.2, 0.05, 0.05, 0.35, 0.35],
    within: 1e-9,
  },
  {
    source: 'MATLAB, Portfolio.estimateFrontierLimits',
    method: 'minVariance',
    covariance: matlab.covariance,
    weights: [0.8891, 0.0369, 0.0404, 0.0336],
    within: 5e-5,
  },
];

const maximumDiversification: readonly Example[] = [
  {
    source: 'Choueifaty and Coignard, Toward Maximum Diversification, 2008, p. 41 (in portfolio-allocation)',
    method: 'maxDiversification',
    covariance: matrix([0.1, 0.1, 0.1], [[], [0.9], [0.1, 0.1]]),
    weights: [0.257, 0.257, 0.486],
    within: 5e-4,
  },
  {
    source: 'Choueifaty, Froidure and Reynier, Properties of the Most Diversified Portfolio, 2011, p. 9 (likewise)',
    method: 'maxDiversification',
    covariance: matrix([0.2, 0.1], [[], [0.5]]),
    weights: [0.33, 0.67],
    within: 5e-3,
  },
  {
    source: 'Choueifaty, Froidure and Reynier 2011, p. 10: the first asset at a quarter of its leverage',
    method: 'maxDiversification',
    covariance: matrix([0.05, 0.1], [[], [0.5]]),
    weights: [0.67, 0.33],
    within: 5e-3,
  },
  {
    source: 'Choueifaty, Froidure and Reynier 2011, p. 10: a mix of the others as a third asset gets nothing',
    method: 'maxDiversification',
    covariance: [
      [0.04, 0.01, 0.0225],
      [0.01, 0.01, 0.0075],
      // variance of the mix of half and a quarter, which the paper rounds
      [0.0225, 0.0075, 0.013125],
    ],
    weights: [0.33, 0.67, 0],
    within: 5e-3,
  },
  {
    source: 'Roncalli 2010, at most 40 % each',
    method: 'maxDiversification',
    covariance: roncalli,
    max: all(4, 0.4),
    weights: [0.4, 0.4, 0, 0.2],
    within: 1e-8,
  },
  {
    source: 'five assets of MATLAB’s randcorr gallery, solved there with CVX (in portfolio-allocation)',
    method: 'maxDiversification',
    covariance: matrix(all(5, 1), [
      [],
      [0.1966],
      [-0.2071, 0.1993],
      [-0.2084, 0.2008, -0.2037],
      [0.2021, -0.1963, 0.196, 0.1978],
    ]),
    weights: [0.334077696834404, 0.000000171869935, 0.332780568181053, 0.333141372759862, 0.000000190356559],
    within: 1e-6,
  },
];

// J.-C. Richard and T. Roncalli, Constrained Risk Budgeting Portfolios, 2019 (in portfolio-allocation)
const riskParity: readonly Example[] = [
  {
    source: 'Maillard, Roncalli and Teiletche 2010, p. 65, without correlation (in portfolio-allocation)',
    method: 'riskParity',
    covariance: matrix([0.1, 0.2, 0.3, 0.4], [[], [0], [0, 0], [0, 0, 0]]),
    weights: [0.48, 0.24, 0.16, 0.12],
    within: 1e-9,
  },
  {
    source: 'Maillard, Roncalli and Teiletche 2010, p. 65: the same weights whatever the correlation',
    method: 'inverseVolatility',
    covariance: matrix([0.1, 0.2, 0.3, 0.4], [[], [0.8], [0, 0], [0, 0, -0.5]]),
    weights: [0.48, 0.24, 0.16, 0.12],
    within: 1e-9,
  },
  {
    source: 'riskparity.py (convexfi), the example after Spinu 2013: budgets of 15.94, 1.26 and 82.8 %',
    method: 'riskParity',
    covariance: matrix([1, 1, 1], [[], [0.0015], [-0.0119, -0.0308]]),
    more: { budgets: Float64Array.of(0.1594, 0.0126, 0.828) },
    weights: [0.2798628, 0.08774909, 0.63238811],
    within: 1e-7,
  },
  {
    source: 'MATLAB, "Risk budgeting portfolio", after Bruder and Roncalli 2012, 3.1.1: budgets of 50, 25 and 25 %',
    method: 'riskParity',
    covariance: matrix([0.2, 0.21, 0.1], [[], [0.8], [0.8, 0.8]]),
    more: { budgets: Float64Array.of(0.5, 0.25, 0.25) },
    weights: [0.3912, 0.1964, 0.4124],
    within: 6e-5,
  },
  {
    source: 'Bai, Scheinberg and Tütüncü 2016',
    method: 'riskParity',
    covariance: bai,
    weights: [0.125, 0.047, 0.083, 0.613, 0.132],
    within: 6e-4,
  },
  {
    source: 'Richard and Roncalli 2019, table 9, equal budgets',
    method: 'riskParity',
    covariance: matrix(
      [0.05, 0.05, 0.07, 0.1, 0.15, 0.15, 0.15, 0.18],
      [
        [],
        [0.8],
        [0.6, 0.4],
        [-0.2, -0.2, 0.5],
        [-0.1, -0.2, 0.3, 0.6],
        [-0.2, -0.1, 0.2, 0.6, 0.9],
        [-0.2, -0.2, 0.2, 0.5, 0.7, 0.6],
        [-0.2, -0.2, 0.3, 0.6, 0.7, 0.7, 0.7],
      ],
    ),
    weights: [0.268306, 0.286769, 0.114095, 0.097985, 0.056135, 0.059029, 0.06656, 0.051121],
    within: 6e-7,
  },
  {
    source: 'Richard and Roncalli 2019, table 1, equal budgets',
    method: 'riskParity',
    covariance: matrix([0.1, 0.15, 0.2, 0.3], [[], [0.5], [0.5, 0.5], [0.5, 0.5, 0.75]]),
    weights: [0.4101, 0.2734, 0.1899, 0.1266],
    within: 6e-5,
  },
  {
    source: 'Richard and Roncalli 2019, table 1, budgets of 30, 30, 19.5 and 20.5 %',
    method: 'riskParity',
    covariance: matrix([0.1, 0.15, 0.2, 0.3], [[], [0.5], [0.5, 0.5], [0.5, 0.5, 0.75]]),
    more: { budgets: Float64Array.of(0.3, 0.3, 0.195, 0.205) },
    weights: [0.4505, 0.3004, 0.1467, 0.1024],
    within: 6e-5,
  },
  {
    // the paper prints 24.57 and 15.43 %, whose risk contributions differ; at 24 and 16 % they are 0.005832 each
    source: 'Richard and Roncalli 2019, table 1, equal budgets of at most 30 % each',
    method: 'riskParity',
    covariance: matrix([0.1, 0.15, 0.2, 0.3], [[], [0.5], [0.5, 0.5], [0.5, 0.5, 0.75]]),
    max: all(4, 0.3),
    weights: [0.3, 0.3, 0.24, 0.16],
    within: 1e-3,
  },
  {
    source: 'Richard and Roncalli 2019, table 6, within 5 points of 25, 25, 10, 10 and 30 %',
    method: 'riskParity',
    covariance: [
      [0.0225, 0.003, 0.015, 0.0225, 0.0075],
      [0.003, 0.04, 0.035, 0.024, 0.008],
      [0.015, 0.035, 0.0625, 0.06, 0.00125],
      [0.0225, 0.024, 0.06, 0.09, 0.003],
      [0.0075, 0.008, 0.00125, 0.003, 0.01],
    ],
    min: [0.2, 0.2, 0.05, 0.05, 0.25],
    max: [0.3, 0.3, 0.15, 0.15, 0.35],
    weights: [0.2289, 0.2, 0.1169, 0.1042, 0.35],
    within: 1e-4,
  },
];

const targets: readonly Example[] = [
  ...(
    [
      [0.06, [0.8772, 0.0434, 0.0416, 0.0378]],
      [0.09, [0.5032, 0.2488, 0.078, 0.17]],
      [0.12, [0.1293, 0.4541, 0.1143, 0.3022]],
    ] as const
  ).map(([targetReturn, weights]): Example => ({
    source: `MATLAB, Portfolio.estimateFrontierByReturn, ${targetReturn}`,
    method: 'targetReturn',
    ...matlab,
    more: { targetReturn },
    weights,
    within: 6e-5,
  })),
  ...(
    [
      [0.12, [0.3984, 0.3064, 0.0882, 0.2071]],
      [0.14, [0.2659, 0.3791, 0.101, 0.254]],
      [0.16, [0.1416, 0.4474, 0.1131, 0.2979]],
    ] as const
  ).map(([targetVolatility, weights]): Example => ({
    source: `MATLAB, Portfolio.estimateFrontierByRisk, ${targetVolatility}`,
    method: 'targetRisk',
    ...matlab,
    more: { targetVolatility },
    weights,
    within: 6e-5,
  })),
  // Maillard, Roncalli and Teiletche, slides "Equally-weighted risk contributions", 2008, p. 1-2: a risk of 10 % after small
  // changes of the common correlation, the second return and the third risk (the letters are lost where they were read)
  ...(
    [
      ['', 0.6, 0.07, 0.11, [0.2396, 0.0643, 0.1692, 0.2873, 0.2396]],
      [' a', 0.5, 0.07, 0.11, [0.2646, 0, 0.0697, 0.4011, 0.2646]],
      [' b', 0.6, 0.08, 0.11, [0.0687, 0.4447, 0, 0.4179, 0.0687]],
      [' c', 0.5, 0.08, 0.11, [0.0688, 0.3361, 0, 0.5263, 0.0688]],
      [' d', 0.6, 0.07, 0.1, [0.2164, 0, 0.2277, 0.3395, 0.2164]],
    ] as const
  ).map(([name, correlation, mean, risk, weights]): Example => ({
    source: `Maillard, Roncalli and Teiletche 2008, case${name || ' 0'}`,
    method: 'targetRisk',
    means: [0.08, mean, 0.075, 0.085, 0.08],
    covariance: matrix(
      [0.12, 0.1, risk, 0.13, 0.12],
      [0, 1, 2, 3, 4].map((i) => all(i, correlation)),
    ),
    more: { targetVolatility: 0.1 },
    weights,
    within: 1e-4,
  })),
  {
    source: 'MATLAB, "Efficient portfolio that maximizes Sharpe ratio", riskless at 3 %',
    method: 'maxSharpe',
    ...matlab,
    more: { riskFreeRate: 0.03 },
    weights: [0.4251, 0.2917, 0.0856, 0.1977],
    within: 6e-5,
  },
  ...(
    [
      [0.1569, [0.2134, 0.3518, 0.4348]],
      [0.1713, [0.0096, 0.4352, 0.5552]],
      [0.1856, [0, 0.7128, 0.2872]],
    ] as const
  ).map(([targetReturn, weights]): Example => ({
    // the printed return is rounded to 1e-4, which moves a weight by up to 2e-3
    source: `MATLAB, frontcon, three assets at ${targetReturn}`,
    method: 'targetReturn',
    means: [0.1, 0.2, 0.15],
    covariance: [
      [0.01, -0.0061, 0.0042],
      [-0.0061, 0.04, -0.0252],
      [0.0042, -0.0252, 0.0225],
    ],
    more: { targetReturn },
    weights,
    within: 2e-3,
  })),
  {
    source: 'Rockafellar and Uryasev, Optimization of Conditional Value-at-Risk, 2000, table 3: 1.1 % a month',
    method: 'targetReturn',
    means: [0.010111, 0.0043532, 0.0137058],
    covariance: [
      [0.00324625, 0.00022983, 0.00420395],
      [0.00022983, 0.00049937, 0.00019247],
      [0.00420395, 0.00019247, 0.00764097],
    ],
    more: { targetReturn: 0.011 },
    weights: [0.452013, 0.115573, 0.432414],
    // the printed means have five digits
    within: 2e-5,
  },
  {
    // the model as in GAMS's library (alan.gms); its conditions solved in fractions
    source: 'Manne, GAMS/MINOS: Three Examples, 1986: hardware, software, show business and bills at 10 %',
    method: 'targetReturn',
    means: [8, 9, 12, 7],
    covariance: symmetric([[4], [3, 6], [-1, 1, 10], all(4, 0)]),
    more: { targetReturn: 10 },
    weights: [63 / 208, 18 / 208, 105 / 208, 22 / 208],
    within: 1e-9,
  },
  {
    source: 'Roncalli 2010, 6 % at most 40 % each',
    method: 'targetReturn',
    means: [0.05, 0.03, 0.07, 0.07],
    covariance: roncalli,
    max: all(4, 0.4),
    more: { targetReturn: 0.06 },
    weights: [0.4, 0.05, 0.4, 0.15],
    within: 1e-8,
  },
  {
    source: 'Markowitz 1959, chapter II, 7 %, to half a per cent',
    method: 'targetReturn',
    ...markowitz,
    more: { targetReturn: 0.07 },
    weights: [0, 0, 0.08, 0.015, 0.06, 0, 0.345, 0, 0, 0.5],
    within: 2.5e-3,
  },
  {
    source: 'Markowitz 1959, chapter II, 15 %, to a per cent',
    method: 'targetReturn',
    ...markowitz,
    more: { targetReturn: 0.15 },
    weights: [0, 0, 0.09, 0.13, 0.21, 0, 0.57, 0, 0, 0],
    within: 1e-2,
  },
  {
    // the book prints 33, 45.5 and 21.5 %
    source: 'Markowitz 1959, chapter II, 17.5 %, to half a per cent',
    method: 'targetReturn',
    ...markowitz,
    more: { targetReturn: 0.175 },
    weights: [0, 0, 0, 0.33, 0.455, 0, 0.215, 0, 0, 0],
    within: 6e-3,
  },
  {
    // their risk tolerance of 50 is the inverse aversion 25 of return less half the variance
    source:
      'Chopra and Ziemba, The Effect of Errors in Means, Variances, and Covariances, 1993 (in portfolio-allocation)',
    method: 'meanVariance',
    means: [1.5617, 1.9477, 1.907, 1.5801, 2.1643, 1.601, 1.4892, 1.6248, 1.4075, 1.4537],
    covariance: matrix(
      [8.8308, 8.4585, 10.04, 8.6215, 5.9886, 6.8767, 5.8162, 5.6385, 8.0047, 8.2125],
      [
        [],
        [0.366],
        [0.3457, 0.5379],
        [0.1606, 0.2165, 0.2218],
        [0.2279, 0.4986, 0.4283, 0.0569],
        [0.5133, 0.5823, 0.4051, 0.3609, 0.3619],
        [0.5203, 0.5569, 0.4492, 0.2325, 0.4811, 0.6167],
        [0.2176, 0.476, 0.3867, 0.2289, 0.5952, 0.4996, 0.6037],
        [0.3267, 0.6517, 0.4883, 0.1726, 0.4378, 0.5811, 0.5671, 0.5012],
        [0.5101, 0.5853, 0.6569, 0.3814, 0.4368, 0.5644, 0.6032, 0.4772, 0.6039],
      ],
    ),
    more: { riskAversion: 1 / 25 },
    weights: [0.035, 0.0082, 0, 0.1626, 0.794, 0, 0, 0, 0, 0],
    within: 1e-4,
  },
  {
    // the paper prints 22.92 and 11.90 % for the last two, which do not sum to 1 and reach a lower ratio
    source: 'Chen, Tsai and Lin, Optimal mean-variance selection using Cauchy-Schwarz, 2011 (in portfolio-allocation)',
    method: 'maxSharpe',
    means: [0.0912, 0.1087, 0.1283, 0.1882, 0.2896, 0.3739],
    covariance: matrix(
      [0.2929, 0.3252, 0.3278, 0.2555, 0.3943, 0.5698],
      [
        [],
        [0.1484],
        [0.3076, 0.0382],
        [0.3685, -0.1451, 0.299],
        [0.4482, 0.2714, 0.3634, 0.2756],
        [0.3802, 0.1025, 0.4388, 0.2796, 0.7542],
      ],
    ),
    more: { riskFreeRate: 0.05 },
    weights: [0, 0.1355, 0, 0.5153, 0.229, 0.1202],
    within: 1e-4,
  },
];

describe.each([
  ['minimum variance', minimumVariance],
  ['maximum diversification', maximumDiversification],
  ['risk parity', riskParity],
  ['target return, target risk, utility and Sharpe ratio', targets],
])('published portfolios of %s', (_, examples) => {
  test.each(examples)('$source', (example) => {
    const weights = weightsOf(example);
    example.weights.forEach((weight, i) => expect(Math.abs(weights[i]! - weight)).toBeLessThanOrEqual(example.within));
  });
});

describe('minimum CVaR', () => {
  // C. Papahristodoulou, Optimal portfolios using linear programming models, 2004 (in portfolio-allocation): monthly
  // returns of five stocks
  const months = [
    [0.054, 0.045, -0.03, -0.018, 0.043, 0.047, 0.055, 0.036, -0.039, -0.043, 0.046, 0.052],
    [0.032, 0.055, -0.036, 0.052, 0.047, 0.034, 0.063, 0.048, 0.025, 0.04, 0.036, -0.017],
    [0.064, 0.056, 0.048, 0.007, 0.053, 0.036, 0.017, 0.047, -0.059, 0.047, 0.04, 0.032],
    [0.038, 0.062, -0.037, 0.05, 0.065, -0.043, 0.062, 0.034, 0.035, 0.056, 0.057, 0.025],
    [0.049, 0.067, -0.039, 0.051, 0.049, 0.037, 0.055, 0.025, 0.052, 0.02, 0.045, 0.04],
  ];
  const returns = Float64Array.from({ length: 60 }, (_, at) => months[at % 5]![Math.floor(at / 5)]!);

  test('the mean of the worst twelfth is the worst month, which Papahristodoulou’s maximin makes as good as can be', () => {
    const weights = weightsOf({
      source: '',
      method: 'minCvar',
      covariance: months.map((_, i) => months.map((__, j) => (i === j ? 1 : 0))),
      more: { scenarios: { returns, periods: 12, periodsPerYear: 12 }, confidence: 0.95 },
      weights: [],
      within: 0,
    });
    [0, 0, 0.459596, 0, 0.540404].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 6));
    const worst = Math.min(
      ...Array.from({ length: 12 }, (_, t) => months.reduce((sum, one, i) => sum + weights[i]! * one[t]!, 0)),
    );
    expect(worst).toBeCloseTo(0.000985, 6);
  });
});
