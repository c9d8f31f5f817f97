// One seeded problem solved here and by HiGHS.
import type { Highs } from 'highs';
import { smallestConflict } from '../../src/optimization/domain/solvers/conflict.js';
import { objectiveOf, solveQuadraticProgram } from '../../src/optimization/domain/solvers/quadratic-program.js';
import { minimizeScenarioRisk } from '../../src/optimization/domain/solvers/scenario-program.js';
import { missesOf, sizeOf, worstOf } from './optimality.js';
import { minimumByHighs, quadraticProblem } from './quadratic-problems.js';
import { leastRiskByHighs, scenarioProblem } from './scenario-problems.js';

export const kinds = ['quadratic', 'scenario'] as const;
export type Kind = (typeof kinds)[number];

/** Objectives agree when they differ by no more, in relation to their size. */
export const agreement = 1e-7;
export const certified = 1e-9;

export interface Comparison {
  readonly seed: number;
  /**
   * `better`: HiGHS stopped at an objective that is higher by more than `agreement`. `unanswered`: HiGHS neither solved it
   * nor said that it has no solution.
   */
  readonly verdict: 'agrees' | 'better' | 'both infeasible' | 'unanswered' | 'wrong';
  /** Ours minus theirs in relation to its size, and the largest miss of a condition of optimality; null without both. */
  readonly difference: number | null;
  readonly miss: number | null;
  readonly words?: string;
}

export const compare = (highs: Highs, kind: Kind, seed: number): Comparison =>
  kind === 'quadratic' ? compareQuadratic(highs, seed) : compareScenario(highs, seed);

const wrong = (seed: number, words: string, miss: number | null = null): Comparison => ({
  seed,
  verdict: 'wrong',
  difference: null,
  miss,
  words,
});

function compareQuadratic(highs: Highs, seed: number): Comparison {
  const program = quadraticProblem(seed);
  const ours = solveQuadraticProgram(program);
  const theirs = minimumByHighs(highs, program);
  if (ours.kind === 'stalled') return wrong(seed, `no convergence after ${ours.iterations} steps`);
  if (ours.kind === 'infeasible') {
    if (smallestConflict(program).length === 0) return wrong(seed, 'said to be infeasible without a conflict');
    if (theirs.kind === 'solved') return wrong(seed, 'said to be infeasible, but HiGHS has a solution');
    const verdict = theirs.kind === 'infeasible' ? 'both infeasible' : 'unanswered';
    return { seed, verdict, difference: null, miss: null };
  }
  const miss = worstOf(missesOf(program, ours));
  if (!(miss <= certified)) return wrong(seed, 'the conditions of optimality are missed', miss);
  if (theirs.kind === 'infeasible') return wrong(seed, 'solved, but HiGHS says infeasible', miss);
  if (theirs.kind === 'none') return { seed, verdict: 'unanswered', difference: null, miss, words: theirs.status };
  const unit = Math.max(Math.abs(theirs.objective), 1e-3 * sizeOf(program));
  return judged(seed, (objectiveOf(program, ours.x) - theirs.objective) / unit, miss);
}

function compareScenario(highs: Highs, seed: number): Comparison {
  const problem = scenarioProblem(seed);
  const ours = minimizeScenarioRisk(problem);
  const theirs = leastRiskByHighs(highs, problem);
  if (ours.kind === 'infeasible' || theirs === null) {
    if (ours.kind !== 'infeasible' || theirs !== null) return wrong(seed, 'one of the two says infeasible');
    return { seed, verdict: 'both infeasible', difference: null, miss: null };
  }
  if (ours.kind !== 'optimal') return wrong(seed, ours.kind);
  const miss = Math.max(ours.relativeGap, ours.primalResidual);
  if (!(miss <= certified)) return wrong(seed, 'the proof has a gap', miss);
  const largest = problem.returns.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const unit = Math.max(Math.abs(theirs.risk), 1e-4 * largest, Number.MIN_VALUE);
  return judged(seed, (ours.risk - theirs.risk) / unit, miss);
}

function judged(seed: number, difference: number, miss: number): Comparison {
  if (!(difference <= agreement)) return { ...wrong(seed, 'HiGHS has a lower objective', miss), difference };
  return { seed, verdict: difference < -agreement ? 'better' : 'agrees', difference, miss };
}
