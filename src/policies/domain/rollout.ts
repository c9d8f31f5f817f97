import type { PortfolioId } from '../../shared/ids.js';

/** A version given to some portfolios of a policy, in the order in which that was decided. */
export interface Rollout {
  readonly sequence: number;
  readonly version: number;
  /** Part of the portfolios that get it, 0 to 1; the rest keep what they had. */
  readonly share: number;
  /** Those that get it besides. */
  readonly portfolios: readonly PortfolioId[];
}

/**
 * The version that a portfolio follows: of the newest rollout that reaches it; undefined when none does.
 *
 * `place` is the portfolio's fixed place among all, from 0 to below 1: a share of 0.1 reaches those below 0.1, so a
 * larger share reaches all that a smaller one did.
 */
export function versionInForce(
  rollouts: readonly Rollout[],
  portfolioId: PortfolioId,
  place: number,
): number | undefined {
  return rollouts
    .toSorted((a, b) => b.sequence - a.sequence)
    .find(({ share, portfolios }) => place < share || portfolios.includes(portfolioId))?.version;
}

/**
 * The version to go back to: the one that all portfolios had before the version that was rolled out last; undefined at the
 * first. A version that all had before is a way back and no new target: what came after it is gone from the history, so
 * that going back twice goes back two versions and never forward again.
 */
export function versionBefore(rollouts: readonly Rollout[]): number | undefined {
  const ordered = rollouts.toSorted((a, b) => a.sequence - b.sequence);
  const history: number[] = [];
  for (const { version, share } of ordered) {
    if (share < 1) continue;
    const earlier = history.indexOf(version);
    if (earlier >= 0) history.length = earlier;
    history.push(version);
  }
  // a rollout to a part is what is taken back first
  return ordered.at(-1)?.version === history.at(-1) ? history.at(-2) : history.at(-1);
}
