import fc from 'fast-check';
import type { QuadraticProgram, Row } from '../../../../../src/optimization/domain/solvers/program.js';
import {
  objectiveOf,
  solveQuadraticProgram,
  type QuadraticSolution,
} from '../../../../../src/optimization/domain/solvers/quadratic-program.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { compare } from '../../../../../tools/differential/compare.js';
import { missesOf, worstOf } from '../../../../../tools/differential/optimality.js';
import { quadraticProblem } from '../../../../../tools/differential/quadratic-problems.js';
import { loadHighs } from '../../../../../tools/differential/scenario-problems.js';

/** Fixed, so that a run can be repeated; fast-check prints seed and path with every counterexample. */
const runs = { seed: 20_261_125, numRuns: 150 };

const row = (coefficients: readonly number[], min: number, max = min): Row => ({
  coefficients: Float64Array.from(coefficients),
  min,
  max,
});
const budget = (n: number, total = 1) => row(new Array<number>(n).fill(1), total);

interface Written {
  readonly quadratic: readonly (readonly number[])[];
  readonly linear?: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  readonly rows?: readonly Row[];
}

/** Long-only with weights up to 1 that sum to 1, unless said otherwise. */
function programOf({ quadratic, linear, min, max, rows }: Written): QuadraticProgram {
  const n = quadratic.length;
  return {
    quadratic: Float64Array.from(quadratic.flat()),
    linear: Float64Array.from(linear ?? new Array<number>(n).fill(0)),
    min: Float64Array.from(min ?? new Array<number>(n).fill(0)),
    max: Float64Array.from(max ?? new Array<number>(n).fill(1)),
    rows: rows ?? [budget(n)],
  };
}

/** Solved, and proven optimal. */
function solved(program: QuadraticProgram): QuadraticSolution {
  const outcome = solveQuadraticProgram(program);
  if (outcome.kind !== 'solved') throw new Error(outcome.kind);
  expect(missesOf(program, outcome)).toEqual({
    primal: expect.closeTo(0, 10) as number,
    dual: expect.closeTo(0, 10) as number,
    complementarity: expect.closeTo(0, 10) as number,
    gap: expect.closeTo(0, 10) as number,
  });
  return outcome;
}

function expectWeights(written: Written, weights: readonly number[]): QuadraticSolution {
  const solution = solved(programOf(written));
  [...solution.x].forEach((value, i) => expect(value).toBeCloseTo(weights[i]!, 12));
  return solution;
}

describe('by hand', () => {
  test('two uncorrelated assets are held in inverse proportion to their variances', () => {
    const { rows, lower, upper } = expectWeights(
      {
        quadratic: [
          [0.04, 0],
          [0, 0.01],
        ],
      },
      [0.2, 0.8],
    );
    // the slope 0.04 · 0.2 is the same for both
    expect(rows[0]).toBeCloseTo(0.008, 14);
    expect([...lower, ...upper]).toEqual([0, 0, 0, 0]);
  });

  test('an upper limit that binds is worth the difference of the slopes', () => {
    const { upper } = expectWeights(
      {
        quadratic: [
          [0.04, 0],
          [0, 0.01],
        ],
        max: [1, 0.5],
      },
      [0.5, 0.5],
    );
    // 0.04 · 0.5 for the first against 0.01 · 0.5 for the second
    expect(upper[0]).toBe(0);
    expect(upper[1]).toBeCloseTo(0.015, 14);
  });

  test('a lower limit that binds is worth the difference of the slopes', () => {
    const { lower } = expectWeights(
      {
        quadratic: [
          [0.04, 0],
          [0, 0.01],
        ],
        min: [0.4, 0],
      },
      [0.4, 0.6],
    );
    expect(lower[0]).toBeCloseTo(0.016 - 0.006, 14);
  });

  test('three assets, one of them too closely correlated to be held', () => {
    // inverse covariance of the first two gives 0.25 and 0.75; the third only adds to both
    const { lower } = expectWeights(
      {
        quadratic: [
          [0.06, 0, 0.05],
          [0, 0.02, 0.03],
          [0.05, 0.03, 0.09],
        ],
      },
      [0.25, 0.75, 0],
    );
    expect(lower[2]).toBeCloseTo(0.25 * 0.05 + 0.75 * 0.03 - 0.015, 14);
  });

  test('expected returns pull along the frontier', () => {
    // 0.04 a - 0.04 = 0.01 (1 - a) - 0.02 gives 0.05 a = 0.03
    expectWeights(
      {
        quadratic: [
          [0.04, 0],
          [0, 0.01],
        ],
        linear: [-0.04, -0.02],
      },
      [0.6, 0.4],
    );
  });

  test('without any row each variable goes its own way', () => {
    expectWeights(
      {
        quadratic: [
          [2, 0],
          [0, 2],
        ],
        linear: [-1, -6],
        rows: [],
      },
      [0.5, 1],
    );
  });

  test('a general row that binds below has a positive multiplier, above a negative one', () => {
    const quadratic = [
      [0.04, 0, 0],
      [0, 0.04, 0],
      [0, 0, 0.04],
    ];
    const atLeast = expectWeights({ quadratic, rows: [budget(3), row([1, 1, 0], 0.8, Infinity)] }, [0.4, 0.4, 0.2]);
    expect(atLeast.rows[1]).toBeCloseTo(0.04 * 0.4 - 0.04 * 0.2, 14);
    const atMost = expectWeights({ quadratic, rows: [budget(3), row([1, 1, 0], -Infinity, 0.4)] }, [0.2, 0.2, 0.6]);
    expect(atMost.rows[1]).toBeCloseTo(0.04 * 0.2 - 0.04 * 0.6, 14);
    const between = expectWeights({ quadratic, rows: [budget(3), row([1, 1, 0], 0.5, 0.9)] }, [1 / 3, 1 / 3, 1 / 3]);
    expect(between.rows[1]).toBe(0);
  });

  test('one variable', () => {
    expectWeights({ quadratic: [[0.04]] }, [1]);
    expectWeights({ quadratic: [[2]], linear: [-1], rows: [] }, [0.5]);
    expectWeights({ quadratic: [[0]], linear: [1], min: [-3], max: [4], rows: [] }, [-3]);
  });

  test('all variables fixed', () => {
    expectWeights(
      {
        quadratic: [
          [0.04, 0],
          [0, 0.01],
        ],
        min: [0.3, 0.7],
        max: [0.3, 0.7],
      },
      [0.3, 0.7],
    );
  });

  test('one variable fixed', () => {
    expectWeights(
      {
        quadratic: [
          [0.04, 0, 0],
          [0, 0.04, 0],
          [0, 0, 0.02],
        ],
        min: [0.4, 0, 0],
        max: [0.4, 1, 1],
      },
      [0.4, 0.2, 0.4],
    );
  });

  test('weights may be negative where limits are', () => {
    // without limits -0.25 and 1.25
    const quadratic = [
      [0.09, 0.04],
      [0.04, 0.05],
    ];
    const a = 0.01 / (0.09 + 0.05 - 0.08);
    expectWeights({ quadratic, min: [-1, -1], max: [2, 2] }, [a, 1 - a]);
    expectWeights(
      {
        quadratic: [
          [0.09, 0.06],
          [0.06, 0.05],
        ],
        min: [-1, -1],
        max: [2, 2],
      },
      [-0.5, 1.5],
    );
    expectWeights(
      {
        quadratic: [
          [0.09, 0.06],
          [0.06, 0.05],
        ],
        min: [-0.1, -1],
        max: [2, 2],
      },
      [-0.1, 1.1],
    );
  });

  test('a second equation leaves one direction', () => {
    const identity = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expectWeights({ quadratic: identity, rows: [budget(3), row([1, -1, 0], 0.2)] }, [13 / 30, 7 / 30, 1 / 3]);
  });
});

describe('degenerate limits', () => {
  const quadratic = [
    [0.04, 0.01, 0],
    [0.01, 0.09, 0],
    [0, 0, 0.02],
  ];

  test('rows said twice, in other units or following from others change nothing', () => {
    const group = row([1, 1, 0], -Infinity, 0.2);
    const plain = solved(programOf({ quadratic, rows: [budget(3), group] }));
    for (const more of [
      [group],
      [row([10, 10, 0], -Infinity, 2)],
      [budget(3)],
      [row([0, 0, 2], 1.6, Infinity), budget(3, 1)],
    ]) {
      const again = solved(programOf({ quadratic, rows: [budget(3), group, ...more] }));
      [...again.x].forEach((value, i) => expect(value).toBeCloseTo(plain.x[i]!, 12));
    }
  });

  test('limits that leave one point only give that point', () => {
    expectWeights({ quadratic, max: [0.5, 0.3, 0.2] }, [0.5, 0.3, 0.2]);
    expectWeights({ quadratic, min: [0.5, 0.3, 0.2] }, [0.5, 0.3, 0.2]);
    expectWeights({ quadratic, rows: [budget(3), row([1, 0, 0], 0.1), row([0, 1, 0], 0.2)] }, [0.1, 0.2, 0.7]);
    expectWeights({ quadratic, rows: [budget(3), row([1, 0, 0], 1, 1), row([1, 1, 0], 1, 2)] }, [1, 0, 0]);
  });

  test('a row that says what the limit of a variable says already', () => {
    expectWeights({ quadratic, min: [0.6, 0, 0], rows: [budget(3), row([1, 0, 0], 0.6, Infinity)] }, [
      0.6,
      (0.4 * (0.02 - 0.015)) / 0.11,
      0.4 - (0.4 * (0.02 - 0.015)) / 0.11,
    ]);
  });

  test('a row without coefficients holds or does not', () => {
    solved(programOf({ quadratic, rows: [budget(3), row([0, 0, 0], -1, 1)] }));
    expect(solveQuadraticProgram(programOf({ quadratic, rows: [budget(3), row([0, 0, 0], 1, 2)] })).kind).toBe(
      'infeasible',
    );
  });
});

describe('curvature that does not decide', () => {
  test('identical assets are held alike', () => {
    const { x } = solved(
      programOf({
        quadratic: [
          [0.04, 0.04, 0],
          [0.04, 0.04, 0],
          [0, 0, 0.04],
        ],
      }),
    );
    expect(x[0]).toBeCloseTo(0.25, 6);
    expect(x[1]).toBeCloseTo(0.25, 6);
    expect(x[2]).toBeCloseTo(0.5, 9);
  });

  test('of one factor alone all risk is taken out where that is possible', () => {
    const factor = [1, -1, 0.5];
    const program = programOf({ quadratic: factor.map((a) => factor.map((b) => a * b)) });
    expect(objectiveOf(program, solved(program).x)).toBeCloseTo(0, 14);
  });

  test('without any it is a linear program, whose answer is the best vertex', () => {
    const none = [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ];
    expectWeights({ quadratic: none, linear: [-0.1, -0.3, -0.2], max: [1, 0.5, 1] }, [0, 0.5, 0.5]);
    expectWeights(
      { quadratic: none, linear: [-0.1, -0.3, -0.2], rows: [budget(3), row([0, 1, 1], 0, 0.4)] },
      [0.6, 0.4, 0],
    );
    solved(programOf({ quadratic: none }));
  });

  test('small differences of slopes still decide', () => {
    const none = [
      [0, 0],
      [0, 0],
    ];
    expectWeights({ quadratic: none, linear: [-1, -1 - 1e-8] }, [0, 1]);
  });
});

describe('limits that cannot hold', () => {
  const quadratic = [
    [0.04, 0],
    [0, 0.01],
  ];
  const kindOf = (written: Omit<Written, 'quadratic'>) =>
    solveQuadraticProgram(programOf({ quadratic, ...written })).kind;

  test('are said to be infeasible', () => {
    expect(kindOf({ min: [0.6, 0.6] })).toBe('infeasible');
    expect(kindOf({ max: [0.4, 0.4] })).toBe('infeasible');
    expect(kindOf({ min: [0.6, 0], max: [0.5, 1] })).toBe('infeasible');
    expect(kindOf({ rows: [budget(2), row([1, 0], 1.1, 2)] })).toBe('infeasible');
    expect(kindOf({ rows: [budget(2), budget(2, 0.9)] })).toBe('infeasible');
    expect(kindOf({ rows: [budget(2), row([1, -1], 0.5, Infinity), row([1, 0], 0, 0.7)] })).toBe('infeasible');
  });

  test('which limits that only just hold are not', () => {
    expect(kindOf({ min: [0.1, 0.9] })).toBe('solved');
    expect(kindOf({ max: [0.1, 0.9] })).toBe('solved');
    expect(kindOf({ rows: [budget(2), row([1, 0], 1, 2)] })).toBe('solved');
    expect(kindOf({ rows: [budget(2), row([1, -1], 0.5, Infinity), row([1, 0], 0, 0.75)] })).toBe('solved');
  });

  test('parts that do not fit together are a mistake of the caller', () => {
    const program = programOf({ quadratic });
    expect(() => solveQuadraticProgram({ ...program, max: new Float64Array(3) })).toThrow(InvariantViolation);
    expect(() => solveQuadraticProgram({ ...program, rows: [row([1], 1)] })).toThrow(InvariantViolation);
  });
});

describe('laws of seeded problems', () => {
  const problems = fc.integer({ min: 100_000, max: 200_000 }).map((seed) => quadraticProblem(seed, 25));

  test('an answer satisfies the conditions of optimality to 1e-9', () => {
    fc.assert(
      fc.property(problems, (program) => {
        const outcome = solveQuadraticProgram(program);
        expect(outcome.kind).not.toBe('stalled');
        const miss = outcome.kind === 'solved' ? worstOf(missesOf(program, outcome)) : 0;
        expect(miss).toBeLessThanOrEqual(1e-9);
      }),
      runs,
    );
  });

  test('the scale of the objective changes neither the outcome nor how well it is proven', () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: -8, max: 8 }), (program, exponent) => {
        const factor = 10 ** exponent;
        const scaled = {
          ...program,
          quadratic: program.quadratic.map((value) => value * factor),
          linear: program.linear.map((value) => value * factor),
        };
        const [one, other] = [solveQuadraticProgram(program), solveQuadraticProgram(scaled)];
        expect(other.kind).toBe(one.kind);
        if (one.kind !== 'solved' || other.kind !== 'solved') return;
        expect(worstOf(missesOf(scaled, other))).toBeLessThanOrEqual(1e-9);
        expectSameObjective(program, one.x, other.x);
      }),
      runs,
    );
  });

  test('the order of the variables and of the rows does not matter', () => {
    fc.assert(
      fc.property(problems, fc.nat(), (program, seed) => {
        const n = program.min.length;
        const random = seededRandom(seed);
        const order = shuffled(n, random.uniform);
        const moved = {
          quadratic: Float64Array.from(
            { length: n * n },
            (_, at) => program.quadratic[order[Math.floor(at / n)]! * n + order[at % n]!]!,
          ),
          linear: program.linear.map((_, i) => program.linear[order[i]!]!),
          min: program.min.map((_, i) => program.min[order[i]!]!),
          max: program.max.map((_, i) => program.max[order[i]!]!),
          rows: shuffled(program.rows.length, random.uniform).map((at) => {
            const { coefficients, min, max } = program.rows[at]!;
            return { coefficients: coefficients.map((_, i) => coefficients[order[i]!]!), min, max };
          }),
        };
        const [one, other] = [solveQuadraticProgram(program), solveQuadraticProgram(moved)];
        expect(other.kind).toBe(one.kind);
        if (one.kind !== 'solved' || other.kind !== 'solved') return;
        const back = new Float64Array(n);
        order.forEach((from, to) => (back[from] = other.x[to]!));
        expectSameObjective(program, one.x, back);
      }),
      runs,
    );
  });

  test('the same program gives the same bytes', () => {
    fc.assert(
      fc.property(problems, (program) => {
        expect(solveQuadraticProgram(program)).toEqual(solveQuadraticProgram(program));
      }),
      { ...runs, numRuns: 30 },
    );
  });

  test('a limit with a multiplier lowers the objective by as much when it gives way', () => {
    const program = programOf({
      quadratic: [
        [0.04, 0.01, 0],
        [0.01, 0.09, 0],
        [0, 0, 0.02],
      ],
      linear: [0, -0.05, 0],
      min: [0.1, 0, 0],
      max: [1, 0.6, 1],
      rows: [budget(3), row([0, 0, 1], 0.1, 0.2)],
    });
    const { x, lower, rows } = solved(program);
    const step = 1e-5;
    const moved = { ...program, min: Float64Array.of(0.1 - step, 0, 0) };
    expect((objectiveOf(program, x) - objectiveOf(moved, solved(moved).x)) / step).toBeCloseTo(lower[0]!, 5);
    const raised = { ...program, rows: [budget(3), row([0, 0, 1], 0.1, 0.2 + step)] };
    expect(rows[1]).toBeLessThan(-0.001);
    expect((objectiveOf(raised, solved(raised).x) - objectiveOf(program, x)) / step).toBeCloseTo(rows[1]!, 5);
  });
});

const shuffled = (n: number, uniform: () => number): number[] =>
  Array.from({ length: n }, (_, i) => ({ i, key: uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i);

function expectSameObjective(program: QuadraticProgram, one: Float64Array, other: Float64Array): void {
  const [a, b] = [objectiveOf(program, one), objectiveOf(program, other)];
  const size = program.quadratic.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const slope = program.linear.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(a), size, slope));
}

test('60 seeded problems agree with an independent solver', async () => {
  const highs = await loadHighs();
  const answers = Array.from({ length: 60 }, (_, at) => compare(highs, 'quadratic', 10_000 + at));
  const count = (verdict: string) => answers.filter((one) => one.verdict === verdict).length;
  expect(answers.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  expect(count('agrees')).toBeGreaterThan(40);
  expect(count('both infeasible')).toBeGreaterThan(2);
});
