import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import { toIso } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { DisputedBar } from './disputed-bar.entity.js';
import type { QuarantineQuery } from './quarantine.schemas.js';
import { disputeView, type DisputeView } from './quarantine.views.js';
import { dataStream } from '../data-audit.js';

/** How a person may end a dispute. */
export type Ending = 'released' | 'discarded';

/** The bars that sources disagree about, and what people decide about them. */
@Injectable()
export class QuarantineService {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly audit: AuditService,
  ) {}

  /** Newest first. @throws DomainError `invalid` for an asset that nobody knows */
  async list({ state, asset, cursor, limit }: QuarantineQuery): Promise<Page<DisputeView>> {
    const where = {
      ...(state !== undefined && { state }),
      ...(asset !== undefined && { assetId: (await this.assets.known(asset)).id }),
      ...(cursor !== undefined && { id: { $lt: decodeCursor(cursor, 'uuid') } }),
    };
    const rows = await this.em.find(DisputedBar, where, {
      orderBy: { id: 'desc' },
      limit: limit + 1,
      disableIdentityMap: true,
    });
    return pageFrom(rows, limit, disputeView, ({ id }) => id);
  }

  /** @throws DomainError `not_found` */
  async get(id: string): Promise<DisputeView> {
    const row = await this.em.findOne(DisputedBar, { id }, { disableIdentityMap: true });
    if (!row) throw absent(id);
    return disputeView(row);
  }

  /**
   * Ends an open dispute: readers get released bars again, discarded ones never. The audit trail tells it, in the same
   * transaction.
   *
   * @throws DomainError `not_found`, and `conflict` for a dispute that has ended
   */
  async close(request: IdempotentRequest, id: string, ending: Ending, reason: string): Promise<StoredAnswer> {
    const { answer } = await once(this.em, request, async (em) => {
      const options = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;
      const row = await em.findOne(DisputedBar, { id }, options);
      if (!row) throw absent(id);
      if (row.state !== 'open') throw closedAlready(row);
      const { ownerId: admin } = request;
      const subject = `dispute:${id}`;
      const { assetId, interval, adjustment, world, openTime, sources, votesHash } = row;
      const { recordedAt } = await this.audit.append(
        {
          stream: dataStream,
          ownerId: admin,
          subject,
          eventKey: `${subject}:${ending}`,
          actor: admin,
          kind: `dispute_${ending}`,
          payload: {
            asset_id: assetId,
            interval,
            adjustment,
            world,
            open_time: toIso(openTime.getTime()),
            sources: [...sources],
            votes_hash: votesHash,
            reason,
          },
        },
        em,
      );
      const change = { state: ending, closedAt: new Date(recordedAt), closedBy: admin, note: reason };
      await em.nativeUpdate(DisputedBar, { id }, change);
      const view = disputeView(Object.assign(row, change));
      return { status: 200, location: null, body: JSON.stringify(view) };
    });
    return answer;
  }
}

const absent = (id: string) => new DomainError('not_found', `there is no disputed bar ${id}`);

const closedAlready = ({ id, state, closedAt, closedBy }: DisputedBar) =>
  new DomainError(
    'conflict',
    `the disputed bar ${id} is ${state} since ${toIso(closedAt?.getTime() ?? 0)}, by ${closedBy ?? 'nobody'}`,
  );
