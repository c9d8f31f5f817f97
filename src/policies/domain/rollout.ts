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

/** The version to go back to: of the newest rollout to all portfolios before the version that was rolled out last. */
export function versionBefore(rollouts: readonly Rollout[]): number | undefined {
  const newestFirst = rollouts.toSorted((a, b) => b.sequence - a.sequence);
  const current = newestFirst[0]?.version;
  return newestFirst.find(({ version, share }) => share === 1 && version !== current)?.version;
}
