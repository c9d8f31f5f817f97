import { Context, log } from '@temporalio/activity';
import type { EntityManager } from '@mikro-orm/postgresql';
import { RequestContext } from '@mikro-orm/core';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import { toApplicationFailure } from './failures.js';
import { beating } from './heartbeat.js';

/** Gives every activity an entity manager of its own and a heartbeat, and Temporal a failure that it understands. */
export const activityInterceptor =
  (em: EntityManager): ActivityInterceptorsFactory =>
  () => ({
    inbound: {
      async execute(input, next) {
        try {
          return await RequestContext.create(em, () => beating(() => next(input)));
        } catch (error) {
          // one line an attempt: retries are silent otherwise
          const { activityType, attempt } = Context.current().info;
          const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
          log.warn('activity.attempt_failed', { activityType, attempt, reason });
          throw toApplicationFailure(error) ?? error;
        }
      },
    } satisfies ActivityInboundCallsInterceptor,
  });
