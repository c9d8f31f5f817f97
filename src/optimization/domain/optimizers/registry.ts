import { InvariantViolation } from '../../../shared/errors.js';
import { minVariance } from './min-variance.js';
import type { Optimizer } from './optimizer.js';

/** Every method there is; identifiers, the API's choices and the law suite follow from this list. */
export const optimizers = [minVariance] as const satisfies readonly Optimizer[];

export type OptimizerId = (typeof optimizers)[number]['id'];
export const optimizerIds: readonly OptimizerId[] = optimizers.map(({ id }) => id);

const byId: ReadonlyMap<string, Optimizer> = new Map(optimizers.map((optimizer) => [optimizer.id, optimizer]));

export function optimizerById(id: OptimizerId): Optimizer {
  const optimizer = byId.get(id);
  // ids come back from stored workflows, which may be older than the list
  if (!optimizer) throw new InvariantViolation(`there is no optimizer ${id}`);
  return optimizer;
}
