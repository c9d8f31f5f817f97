import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { ScheduleNotFoundError, type ScheduleDescription, type ScheduleHandle } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../audit/audit.service.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import type { Page } from '../../platform/http/page.js';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import { eachToItsEnd } from '../../platform/temporal/each-to-its-end.js';
import { TemporalClient } from '../../platform/temporal/temporal-client.js';
import { DomainError } from '../../shared/errors.js';
import { dataStream } from '../data-audit.js';
import { scheduleView, type ScheduleView } from './schedules.views.js';

type Act = 'pause' | 'resume' | 'trigger';

const told: Readonly<Record<Act, string>> = {
  pause: 'schedule_paused',
  resume: 'schedule_resumed',
  trigger: 'schedule_triggered',
};

/** The schedules of this service, as the workflow service has them; nothing of them is stored here. */
@Injectable()
export class SchedulesService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'temporal'>,
    private readonly em: EntityManager,
    private readonly temporal: TemporalClient,
    private readonly audit: AuditService,
  ) {}

  /** By id. @throws DomainError `unavailable` when the workflow service does not answer */
  async list(): Promise<Page<ScheduleView>> {
    const found = await this.temporal.call(async ({ schedule }) => {
      const ids: string[] = [];
      for await (const { scheduleId } of schedule.list()) ids.push(scheduleId);
      return eachToItsEnd(ids.map((id) => describe(schedule.getHandle(id))));
    });
    const own = found.filter((one) => one !== undefined && this.isOurs(one)) as ScheduleDescription[];
    own.sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
    return { items: own.map(scheduleView), next_cursor: null };
  }

  /**
   * Pauses, resumes or runs a schedule now; the same request again does nothing more. What was done, by whom and why
   * stands in the audit trail, and nothing stands there that was not done.
   *
   * @throws DomainError `not_found` for an id that is no schedule of this service, `unavailable` as `list`
   */
  async act(request: IdempotentRequest, id: string, act: Act, reason: string): Promise<StoredAnswer> {
    const { ownerId } = request;
    const { answer } = await once(this.em, request, async (em) => {
      const view = await this.temporal.call(async ({ schedule }) => {
        const handle = schedule.getHandle(id);
        const before = await describe(handle);
        if (!before || !this.isOurs(before)) throw new DomainError('not_found', `there is no schedule ${id}`);
        const subject = `schedule:${id}`;
        const event = { stream: dataStream, ownerId, subject, eventKey: `${subject}:${act}:${uuidv7()}` };
        await this.audit.append({ ...event, actor: ownerId, kind: told[act], payload: { reason } }, em);
        return done(handle, before, act, reason);
      });
      return { status: act === 'trigger' ? 202 : 200, location: null, body: JSON.stringify(view) };
    });
    return answer;
  }

  /** Other services may have schedules in the same namespace. */
  private isOurs({ action }: ScheduleDescription): boolean {
    return action.taskQueue === this.config.temporal.taskQueue;
  }
}

/** The server tells a change to its readers a moment later: the answer is what was there, with what was done. */
async function done(
  handle: ScheduleHandle,
  before: ScheduleDescription,
  act: Act,
  reason: string,
): Promise<ScheduleView> {
  const view = scheduleView(before);
  switch (act) {
    case 'pause':
      await handle.pause(reason);
      return { ...view, paused: true, next_runs: [], note: reason };
    case 'resume': {
      await handle.unpause(reason);
      const next = scheduleView({ ...before, state: { ...before.state, paused: false } });
      return { ...next, note: reason };
    }
    case 'trigger':
      await handle.trigger();
      return view;
  }
}

async function describe(handle: ScheduleHandle): Promise<ScheduleDescription | undefined> {
  try {
    return await handle.describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
