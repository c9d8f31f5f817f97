import { portfolioReturns } from '../../../risk/domain/contributions.js';
import { maxDrawdown } from '../../../risk/domain/drawdowns.js';
import { conditionalDrawdown } from '../../../risk/domain/tail-risk.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { certifyScenarios } from '../scenario-certificate.js';
import { minimizeScenarioRisk, type ScenarioProblem, type ScenarioRisk } from '../solvers/scenario-program.js';
import { highestReturn } from './efficient.js';
import { whyOutOfReach, whyRowsCannotHold } from './limit-conflict.js';
import type { Optimizer, OptimizerOutcome } from './optimizer.js';

const ofReturns = { refused: 'the linear program has no place for it' } as const;
const constraints = {
  box: 'supported',
  linear: 'supported',
  turnover: ofReturns,
  cost: ofReturns,
  l2: ofReturns,
  positions: 'supported',
  lots: 'projected',
} as const satisfies Optimizer['constraints'];

/** The least risk over the returns of the past; with a target return, among the weights that return at least that. */
function leastRisk(problem: OptimizationProblem, risk: ScenarioRisk, words: string): OptimizerOutcome {
  const { assets, limits, expectedReturns, targetReturn, scenarios } = problem;
  const { returns, periodsPerYear, probabilities } = scenarios!;
  if (probabilities && risk.kind === 'max_drawdown') {
    return { kind: 'infeasible', code: 'not_supported', reason: 'the maximum drawdown knows no probabilities of days' };
  }
  let expectedReturn: ScenarioProblem['expectedReturn'];
  if (targetReturn !== null && expectedReturns !== null) {
    const highest = highestReturn(problem, expectedReturns);
    if (highest.kind !== 'solved') return highest;
    const unreached = whyOutOfReach(problem, expectedReturns, targetReturn, highest.value);
    if (unreached) return unreached;
    expectedReturn = {
      means: expectedReturns.map((one) => one / periodsPerYear),
      atLeast: Math.min(targetReturn, highest.value) / periodsPerYear,
    };
  }
  const program: ScenarioProblem = {
    returns,
    limits,
    risk,
    ...(probabilities && { probabilities }),
    ...(expectedReturn && { expectedReturn }),
  };
  const outcome = minimizeScenarioRisk(program);
  if (outcome.kind === 'unbounded') {
    return { kind: 'infeasible', code: 'unsolved', reason: 'without finite limits the risk can be lowered for ever' };
  }
  if (outcome.kind === 'infeasible') return whyRowsCannotHold(problem);
  const lower = new Float64Array(assets.length);
  const upper = new Float64Array(assets.length);
  const linear: { index: number; side: 'min' | 'max'; value: number }[] = [];
  for (const { limit, multiplier } of outcome.binding) {
    const value = Math.abs(multiplier);
    if (limit.kind === 'asset') (limit.side === 'min' ? lower : upper)[limit.asset] = value;
    if (limit.kind === 'linear') linear.push({ index: limit.linear, side: limit.side, value });
  }
  return {
    kind: 'solved',
    weights: outcome.weights,
    objective: outcome.risk,
    iterations: outcome.pivots,
    proof: {
      of: words,
      primalResidual: outcome.primalResidual,
      ...certifyScenarios(program, outcome),
      dualityGap: Math.max(0, outcome.relativeGap),
    },
    multipliers: { lower, upper, linear },
    price: { words: `lowers the ${words.replace('least ', '')}`, unit: 'points', factor: 1 },
    projectedBy: null,
    notes: [`${words}: ${told(outcome.risk)}`, ...ofCompounded(risk, portfolioReturns(outcome.weights, returns))],
  };
}

const told = (risk: number): number => Number(risk.toPrecision(10));

/** Drawdowns of uncompounded returns are what is made least; everywhere else they are those of compounded wealth. */
function ofCompounded(risk: ScenarioRisk, returns: Float64Array): string[] {
  if (risk.kind === 'cvar') return [];
  const drawdown = risk.kind === 'cdar' ? conditionalDrawdown(returns, risk.confidence)! : maxDrawdown(returns)!;
  return [`that is of uncompounded returns; of the compounded wealth of these weights: ${told(drawdown)}`];
}

/** Rockafellar & Uryasev, Optimization of Conditional Value-at-Risk, 2000. */
export const minCvar = {
  id: 'minCvar' as const,
  version: 2,
  needs: ['scenarios'],
  constraints,
  solve: (problem) =>
    leastRisk(problem, { kind: 'cvar', confidence: problem.confidence }, 'least mean loss of the worst days'),
} satisfies Optimizer;

/** Chekhlov, Uryasev & Zabarankin, Drawdown Measure in Portfolio Optimization, 2005; on uncompounded returns. */
export const minCdar = {
  id: 'minCdar' as const,
  version: 2,
  needs: ['scenarios'],
  constraints,
  solve: (problem) =>
    leastRisk(problem, { kind: 'cdar', confidence: problem.confidence }, 'least mean of the worst drawdowns'),
} satisfies Optimizer;

/** As minimum CDaR, at a confidence of 1. */
export const minMaxDrawdown = {
  id: 'minMaxDrawdown' as const,
  version: 2,
  needs: ['scenarios'],
  constraints,
  solve: (problem) => leastRisk(problem, { kind: 'max_drawdown' }, 'least maximum drawdown'),
} satisfies Optimizer;
