import { InvariantViolation } from '../../shared/errors.js';
import type { Opinion } from './opinion.js';

/** What an opinion may change of a rule-based signal. */
export interface BaseSignal {
  readonly direction: 'buy' | 'sell';
  /** Whole points of 100. */
  readonly confidencePoints: number;
  /** Fraction of the portfolio's value. */
  readonly sizeFraction: number;
}

/** What came of asking. */
export type OpinionAnswer =
  | { readonly kind: 'opinion'; readonly opinion: Opinion; readonly complaints: readonly string[] }
  /** Not configured, away, out of budget, too late: `why` in words. */
  | { readonly kind: 'unanswered'; readonly why: string };

/** What opinions may do: be stored and shown, and change nothing; take away; give as well. */
export const opinionModes = ['show', 'lower', 'lower_and_raise'] as const;
export type OpinionMode = (typeof opinionModes)[number];

export interface OpinionPolicy {
  readonly mode: OpinionMode;
  /** Whole points that an opinion may take away, and give, at most. */
  readonly mostPointsLower: number;
  readonly mostPointsHigher: number;
  /** Fraction of the size that a fully confident opinion against the signal cuts off. */
  readonly mostSizeCut: number;
  /** Confidence from which an opinion for the opposite direction cancels the signal; null: never. */
  readonly cancelFrom: number | null;
}

/**
 * What an opinion may change at the most, whatever a policy says. Only one that is all but sure of the opposite cancels: a
 * model's confidence is no probability.
 */
export const opinionBounds: Omit<OpinionPolicy, 'mode'> = {
  mostPointsLower: 20,
  mostPointsHigher: 10,
  mostSizeCut: 0.5,
  cancelFrom: 0.9,
};

/** As if every opinion were followed: what their worth is told by, whatever is served. */
export const aiFollowed: OpinionPolicy = { ...opinionBounds, mode: 'lower_and_raise' };

/** What numbers come from. */
export const opinionBases = ['rules', 'rules_and_ai'] as const;

export interface OpinionEffect {
  readonly basis: (typeof opinionBases)[number];
  readonly confidencePoints: number;
  readonly sizeFraction: number;
  readonly isCancelled: boolean;
  /** Why it is so, in words. */
  readonly reasons: readonly string[];
}

/**
 * What becomes of a rule-based signal after an opinion on it.
 *
 * The opinion is signed by the signal's direction: the same direction speaks for it, the opposite against it with its
 * whole confidence, hold with half. What speaks against it lowers confidence and size in proportion; what speaks for it
 * raises the confidence alone, and only with `recordIsPositive`: the settled outcomes of earlier opinions say so. An
 * opinion that is missing or has complaints changes no number.
 */
export function effectOf(
  signal: BaseSignal,
  answer: OpinionAnswer,
  policy: OpinionPolicy,
  recordIsPositive: boolean,
): OpinionEffect {
  const { confidencePoints, sizeFraction } = signal;
  if (!Number.isInteger(confidencePoints) || confidencePoints < 0 || confidencePoints > 100) {
    throw new InvariantViolation(`confidence of ${confidencePoints} points is no whole number of 0 to 100`);
  }
  const unchanged = (...reasons: string[]): OpinionEffect => ({
    basis: 'rules',
    confidencePoints,
    sizeFraction,
    isCancelled: false,
    reasons,
  });
  if (answer.kind === 'unanswered') return unchanged(`no opinion: ${answer.why}`);
  const { opinion, complaints } = answer;
  if (complaints.length > 0) return unchanged(...complaints.map((complaint) => `opinion refused: ${complaint}`));
  const said = `the ${opinion.kind} says ${opinion.direction} with confidence ${opinion.confidence}`;
  if (policy.mode === 'show') return unchanged(`${said}; opinions are shown only`);

  const { direction, confidence, kind } = opinion;
  if (kind === 'opinion' && isOpposite(signal, direction) && confidence >= (policy.cancelFrom ?? Infinity)) {
    return { ...unchanged(`${said}, which cancels a ${signal.direction}`), basis: 'rules_and_ai', isCancelled: true };
  }
  const wanted =
    kind === 'check' ? Math.round(confidence * 100) - confidencePoints : pointsFor(signal, opinion, policy);
  const mayRaise = policy.mode === 'lower_and_raise' && recordIsPositive;
  const most = mayRaise ? policy.mostPointsHigher : 0;
  const points = clamp(confidencePoints + clamp(wanted, -policy.mostPointsLower, most), 0, 100);
  const size =
    kind === 'opinion' && wanted < 0
      ? sizeFraction * (1 - policy.mostSizeCut * against(signal, opinion))
      : sizeFraction;
  if (points === confidencePoints && size === sizeFraction) {
    const why =
      wanted > 0 && !mayRaise
        ? `; nothing is raised ${recordIsPositive ? 'by this policy' : 'before its record is positive'}`
        : '';
    return unchanged(`${said}${why}`);
  }
  return {
    basis: 'rules_and_ai',
    confidencePoints: points,
    sizeFraction: size,
    isCancelled: false,
    reasons: [`${said}: confidence from ${confidencePoints} to ${points} points`],
  };
}

const isOpposite = (signal: BaseSignal, direction: Opinion['direction']) =>
  direction !== 'hold' && direction !== signal.direction;

/** How much an opinion speaks against the signal, 0 to 1. */
function against(signal: BaseSignal, { direction, confidence }: Opinion): number {
  if (isOpposite(signal, direction)) return confidence;
  return direction === 'hold' ? confidence / 2 : 0;
}

function pointsFor(signal: BaseSignal, opinion: Opinion, policy: OpinionPolicy): number {
  if (opinion.direction === signal.direction) return Math.round(policy.mostPointsHigher * opinion.confidence);
  // never -0
  return 0 - Math.round(policy.mostPointsLower * against(signal, opinion));
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
