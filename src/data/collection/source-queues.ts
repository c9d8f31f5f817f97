import { familyOf } from '../domain/source-order.js';
import type { MarketDataSource } from '../sources/market-data-source.js';

/** Questions to one provider that a worker has under way at most; the budgets are kept elsewhere, for all workers. */
export const questionsAtOnce = 2;

/** The task queue whose workers ask a source: one a provider, so that a slow one holds up no other. */
export const sourceQueue = (taskQueue: string, sourceId: string): string => `${taskQueue}.source.${familyOf(sourceId)}`;

/** The queues of all configured sources, each once. */
export const sourceQueues = (taskQueue: string, sources: readonly Pick<MarketDataSource, 'id'>[]): string[] => [
  ...new Set(sources.map(({ id }) => sourceQueue(taskQueue, id))),
];
