import { Module, type DynamicModule } from '@nestjs/common';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { activityProviders, collectActivities } from '../activities/index.js';
import { aiQueue, type AskForOpinionInput } from './ai/ai.contract.js';
import { questionsAtOnce as aiQuestionsAtOnce } from './ai/ai-queue.js';
import { sharedModules } from './app.module.js';
import { questionsAtOnce, sourceQueues } from './data/collection/source-queues.js';
import type { FetchBarsInput } from './data/data.contract.js';
import { SOURCES } from './data/sources/configured-sources.js';
import type { MarketDataSource } from './data/sources/market-data-source.js';
import type { Config } from './platform/config/config.js';
import { loggingModule } from './platform/logging/logging.module.js';
import { WORKER_CODE, WorkerHost, type WorkerCode } from './platform/temporal/worker-host.js';
import type { Tracing } from './platform/temporal/tracing.js';

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const workflowsPath = fromHere('../workflows/index.js');
const builtBundle = fromHere('../workflow-bundle.cjs');

@Module({})
export class WorkerModule {
  /** `bundlePath` names prebuilt workflows; where that file is absent they are bundled at start. */
  static with(config: Config, tracing: Tracing, logger: Logger, bundlePath = builtBundle): DynamicModule {
    const workerCode = (
      sources: readonly MarketDataSource[],
      ...providers: Parameters<typeof collectActivities>
    ): WorkerCode => {
      const activities = collectActivities(...providers);
      return {
        activities,
        bundlePath,
        workflowsPath,
        queues: [
          ...sourceQueues(config.temporal.taskQueue, sources).map((taskQueue) => ({
            taskQueue,
            activities: { fetchBars: (input: FetchBarsInput) => activities.fetchBars(input) },
            atOnce: questionsAtOnce,
          })),
          // polled also where fks_ai is not configured: then the answer is that it is not
          {
            taskQueue: aiQueue(config.temporal.taskQueue),
            activities: {
              askForOpinion: (input: AskForOpinionInput) => activities.askForOpinion(input),
              aiHealth: () => activities.aiHealth(),
            },
            atOnce: aiQuestionsAtOnce,
          },
        ],
      };
    };
    return {
      module: WorkerModule,
      imports: [loggingModule(logger), ...sharedModules(config, tracing)],
      providers: [
        ...activityProviders,
        WorkerHost,
        { provide: WORKER_CODE, inject: [SOURCES, ...activityProviders], useFactory: workerCode },
      ],
    };
  }
}
