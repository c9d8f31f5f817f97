import { InvariantViolation } from '../../../shared/errors.js';
import { equalWeight } from './equal-weight.js';
import { hierarchicalEqualRisk } from './hierarchical-equal-risk.js';
import { hierarchicalRiskParity } from './hierarchical-risk-parity.js';
import { inverseVolatility } from './inverse-volatility.js';
import { maxDiversification } from './max-diversification.js';
import { maxSharpe } from './max-sharpe.js';
import { meanVariance } from './mean-variance.js';
import { minTrackingError } from './min-tracking-error.js';
import { minVariance } from './min-variance.js';
import type { Optimizer } from './optimizer.js';
import { resampledEfficiency } from './resampled-efficiency.js';
import { riskParity } from './risk-parity.js';
import { minCdar, minCvar, minMaxDrawdown } from './scenario-risk.js';
import { targetReturn } from './target-return.js';
import { targetRisk } from './target-risk.js';

/** Every method there is; identifiers, the API's choices and the law suite follow from this list. */
export const optimizers = [
  minVariance,
  meanVariance,
  maxSharpe,
  targetReturn,
  targetRisk,
  maxDiversification,
  riskParity,
  hierarchicalRiskParity,
  hierarchicalEqualRisk,
  minCvar,
  minCdar,
  minMaxDrawdown,
  minTrackingError,
  equalWeight,
  inverseVolatility,
  resampledEfficiency,
] as const satisfies readonly Optimizer[];

export type OptimizerId = (typeof optimizers)[number]['id'];
export const optimizerIds: readonly OptimizerId[] = optimizers.map(({ id }) => id);

const byId: ReadonlyMap<string, Optimizer> = new Map(optimizers.map((optimizer) => [optimizer.id, optimizer]));

export function optimizerById(id: OptimizerId): Optimizer {
  const optimizer = byId.get(id);
  // ids come back from stored workflows, which may be older than the list
  if (!optimizer) throw new InvariantViolation(`there is no optimizer ${id}`);
  return optimizer;
}
