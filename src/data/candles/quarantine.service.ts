import { LockMode, raw } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../audit/audit.service.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { sha256 } from '../../platform/crypto/sha256.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CanonicalSeries } from './canonical-series.js';
import { lockDisputes } from './consensus.service.js';
import { DisputedBar } from './disputed-bar.entity.js';
import type { CloseDisputeBody, CloseDisputesBody, QuarantineQuery } from './quarantine.schemas.js';
import { disputeView, type ClosedDisputesView, type DisputeView } from './quarantine.views.js';
import { windowOf, type TimeWindow } from './window.js';
import { dataStream } from '../data-audit.js';
import type { Interval } from '../domain/candle.js';
import { keptOutBy, type Ending } from '../domain/consensus.js';

/** Disputes that one request may end: they end in one transaction. */
const mostAtOnce = 50_000;
/** Ids of one statement. */
const updateAtOnce = 5_000;

/** The bars that sources disagree about, and what people decide about them. */
@Injectable()
export class QuarantineService {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly audit: AuditService,
  ) {}

  /**
   * Newest first.
   *
   * @throws DomainError `invalid` for an asset that nobody knows, a source that nobody knows, and an empty window
   */
  async list(
    viewer: OwnerId,
    { state, interval, source, cursor, limit, ...query }: QuarantineQuery,
  ): Promise<Page<DisputeView>> {
    const window = windowOf(query);
    const asset = query.asset === undefined ? undefined : await this.assets.known(query.asset);
    const where = {
      ...(state !== undefined && { state }),
      ...(asset && { assetId: asset.id }),
      ...(interval !== undefined && { interval }),
      ...(cursor !== undefined && { id: { $lt: decodeCursor(cursor, 'uuid') } }),
      ...opensIn(window),
      ...(source !== undefined && { [holdsBack(source)]: [] }),
    };
    const rows = await this.em.find(DisputedBar, where, {
      orderBy: { id: 'desc' },
      limit: limit + 1,
      disableIdentityMap: true,
    });
    if (rows.length === 0) await this.canonical.refuseUnknownSource(asset, { viewer, source });
    return pageFrom(rows, limit, disputeView, ({ id }) => id);
  }

  /** @throws DomainError `not_found` */
  async get(id: string): Promise<DisputeView> {
    const row = await this.em.findOne(DisputedBar, { id }, { disableIdentityMap: true });
    if (!row) throw absent(id);
    return disputeView(row);
  }

  /**
   * Ends an open dispute: readers get the released bars again, what is kept out never. The audit trail tells it, in the
   * same transaction.
   *
   * @throws DomainError `not_found`, `conflict` for a dispute that has ended, and `invalid` for a source that it is not
   *   about, and for a release of several sides that does not say whose bar is right
   */
  async close(
    request: IdempotentRequest,
    id: string,
    ending: Ending,
    { source, reason }: CloseDisputeBody,
  ): Promise<StoredAnswer> {
    const { answer } = await once(this.em, request, async (em) => {
      const options = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;
      const found = await em.findOne(DisputedBar, { id }, { disableIdentityMap: true });
      if (!found) throw absent(id);
      await lockDisputes(em, found.assetId, found.interval);
      const row = await em.findOneOrFail(DisputedBar, { id }, options);
      if (row.state !== 'open') throw closedAlready(row);
      const keptOut = keptOutOrRefused(ending, row.sources, source);
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
            kept_out: [...keptOut],
            votes_hash: votesHash,
            reason,
          },
        },
        em,
      );
      const closedAt = new Date(recordedAt);
      const change = { state: ending, closedAt, closedBy: admin, closedReason: reason, keptOut };
      await em.nativeUpdate(DisputedBar, { id }, change);
      const view = disputeView(Object.assign(row, change));
      return { status: 200, location: null, body: JSON.stringify(view) };
    });
    return answer;
  }

  /**
   * Ends all open disputes about an asset's bars of a window, of those that hold back bars of `source` when one is
   * named: all of them or none. One event of the audit trail tells it; asked again, nothing is left to end.
   *
   * @throws DomainError `invalid` as `close`, for an asset or a source that nobody knows, an empty window, and for more
   *   disputes than end in one piece
   */
  async closeAll(request: IdempotentRequest, ending: Ending, body: CloseDisputesBody): Promise<StoredAnswer> {
    const { interval, source, reason } = body;
    const window = windowOf(body);
    const asset = await this.assets.known(body.asset);
    const { ownerId: admin } = request;
    const { answer } = await once(this.em, request, async (em) => {
      await lockDisputes(em, asset.id, interval);
      const found = await openSides(em, asset.id, interval, window, source);
      if (found.length > mostAtOnce) throw tooMany(body.to);
      if (found.length === 0) await this.canonical.refuseUnknownSource(asset, { viewer: admin, source });
      const byKeptOut = new Map<string, { keptOut: readonly string[]; ids: string[] }>();
      for (const { id, sources } of found) {
        const keptOut = keptOutOrRefused(ending, sources, source);
        const key = JSON.stringify(keptOut);
        const group = byKeptOut.get(key) ?? { keptOut, ids: [] };
        group.ids.push(id);
        byKeptOut.set(key, group);
      }
      const about = { asset_id: asset.id, interval, ...textsOf(window), source: source ?? null, reason };
      let closedAt: string | null = null;
      if (found.length > 0) {
        const subject = `disputes:${asset.id}:${interval}`;
        const ids = found.map(({ id }) => id);
        const payload = { ...about, disputes: ids.length, ids_hash: sha256(ids.join('\n')) };
        const eventKey = `disputes:${uuidv7()}:${ending}`;
        const event = { stream: dataStream, ownerId: admin, subject, eventKey, actor: admin };
        ({ recordedAt: closedAt } = await this.audit.append({ ...event, kind: `disputes_${ending}`, payload }, em));
        const change = { state: ending, closedAt: new Date(closedAt), closedBy: admin, closedReason: reason };
        for (const { keptOut, ids: all } of byKeptOut.values()) {
          for (let from = 0; from < all.length; from += updateAtOnce) {
            const some = all.slice(from, from + updateAtOnce);
            await em.nativeUpdate(DisputedBar, { id: { $in: some } }, { ...change, keptOut });
          }
        }
      }
      const view: ClosedDisputesView = { ...about, state: ending, disputes: found.length, closed_at: closedAt };
      return { status: 200, location: null, body: JSON.stringify(view) };
    });
    return answer;
  }
}

/** Ids of the open disputes of a window, by age, and whose bars each holds back; one more than may end at once. */
async function openSides(
  em: EntityManager,
  assetId: AssetId,
  interval: Interval,
  { from, to }: TimeWindow,
  source: string | undefined,
): Promise<{ id: string; sources: readonly string[] }[]> {
  const { rows } = await sql<{ id: string; sources: readonly string[] }>`
    select id, sources from disputed_bar
    where state = 'open' and asset_id = ${assetId} and "interval" = ${interval}
      and open_time >= ${toIso(from!)}::timestamptz and open_time < ${toIso(to!)}::timestamptz
      and ${source === undefined ? sql`true` : sql`sources @> to_jsonb(${source}::text)`}
    order by id limit ${mostAtOnce + 1}
  `.execute(em.getKysely());
  return rows;
}

/** Key of a condition: the dispute is about bars of the source. */
const holdsBack = (source: string) => raw('sources @> to_jsonb(?::text)', [source]);

const opensIn = ({ from, to }: TimeWindow) =>
  from === undefined && to === undefined
    ? {}
    : {
        openTime: {
          ...(from !== undefined && { $gte: new Date(from) }),
          ...(to !== undefined && { $lt: new Date(to) }),
        },
      };

const textsOf = ({ from, to }: TimeWindow) => ({ from: toIso(from!), to: toIso(to!) });

/** @throws DomainError `invalid` naming `source` */
function keptOutOrRefused(ending: Ending, sides: readonly string[], source: string | undefined): readonly string[] {
  const kept = keptOutBy(ending, sides, source);
  if ('keptOut' in kept) return kept.keptOut;
  const error = { field: 'source', ...(source !== undefined && { value: source }), message: kept.why };
  throw new DomainError('invalid', `source: ${kept.why}`, { errors: [error] });
}

const tooMany = (to: string) => {
  const message = `leaves more than ${mostAtOnce} disputes, which is too many to end in one piece: name an earlier one`;
  return new DomainError('invalid', `to: ${message}`, { errors: [{ field: 'to', value: to, message }] });
};

const absent = (id: string) => new DomainError('not_found', `there is no disputed bar ${id}`);

const closedAlready = ({ id, state, closedAt, closedBy }: DisputedBar) =>
  new DomainError(
    'conflict',
    `the disputed bar ${id} is ${state} since ${toIso(closedAt?.getTime() ?? 0)}, by ${closedBy ?? 'nobody'}`,
  );
