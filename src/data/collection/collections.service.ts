import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { IdempotentRequest, StoredAnswer } from '../../jobs/idempotency.js';
import { jobIdOf, JobsService } from '../../jobs/jobs.service.js';
import { localOwner } from '../../platform/http/current-owner.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { DomainError, refusedFor, type FieldError } from '../../shared/errors.js';
import type { AssetId, JobId, OwnerId } from '../../shared/ids.js';
import { dayMs, parseAsOf, toIso, utcDate, type EpochMs, type IsoInstant } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import {
  collectPricesWorkflow,
  collectionWorkflowId,
  type CollectPricesInput,
  type CollectionReport,
  type CollectionSchedule,
  type ScheduledCollectionsReport,
} from '../data.contract.js';
import type { Asset } from '../domain/asset.js';
import type { Interval } from '../domain/candle.js';
import { barsAbout, collectedFor } from '../domain/history-plan.js';
import { dueCollections, isSparedWhileOneRuns } from '../domain/scheduled-collections.js';
import { SourceAttemptRow } from '../sources/source-attempt.entity.js';
import { Collection } from './collection.entity.js';
import type { CollectionsQuery, CreateCollectionBody } from './collections.schemas.js';
import {
  attemptView,
  collectionSummary,
  collectionView,
  type CollectionSummary,
  type CollectionView,
  type SourceAttemptView,
} from './collections.views.js';

/** Attempts that a collection's own view shows; the others are in their list. */
const attemptsShown = 100;
/** Of all assets and intervals of a collection that names its `from`: four years of one coin's minutes. */
const mostBars = 2_000_000;

interface Wanted {
  readonly assets: readonly AssetId[];
  readonly intervals: readonly Interval[];
  readonly from: EpochMs | null;
  readonly asOf: EpochMs;
  readonly recheck: boolean;
}

@Injectable()
export class CollectionsService {
  private readonly logger = new Logger(CollectionsService.name);

  constructor(
    private readonly em: EntityManager,
    private readonly jobs: JobsService,
    private readonly assets: AssetRegistry,
  ) {}

  /**
   * Accepts a collection as a job.
   *
   * @throws DomainError `invalid` naming each asset that is not known, a window that makes no sense and a `from` that
   * asks for too many bars at once, `conflict` when no asset is named and none is enabled
   */
  request(request: IdempotentRequest, body: CreateCollectionBody): Promise<StoredAnswer> {
    const now = Date.now();
    return this.accept(request, async () => {
      const assets = await this.assetsOf(body.assets);
      const intervals = [...new Set(body.intervals)];
      const window = windowOf(body, now);
      if (window.from !== null) refuseTooMany(assets, intervals, { from: window.from, asOf: window.asOf }, body.from);
      return { assets: assets.map(({ id }) => id), intervals, ...window, recheck: body.recheck };
    });
  }

  /**
   * What a schedule collects at its time, one job an interval; the scheduled time is as-of and key, so that each is
   * requested once, however often and late this is called.
   */
  async requestScheduled(schedule: CollectionSchedule, scheduledTime: IsoInstant): Promise<ScheduledCollectionsReport> {
    const report: ScheduledCollectionsReport = { jobIds: [], spared: [] };
    const asOf = Date.parse(scheduledTime);
    for (const { interval, assets } of dueCollections(schedule, await this.assets.enabled(), asOf)) {
      const path = `${schedule}/${interval}`;
      const request = { ownerId: localOwner, method: 'SCHEDULE', path, key: scheduledTime, body: {} };
      if (isSparedWhileOneRuns(schedule) && (await this.jobs.hasUnfinishedBeside(request))) {
        report.spared.push({ interval, reason: 'the collection before it is still under way' });
        this.logger.log({ schedule, interval, scheduledTime }, 'collection.not_scheduled');
        continue;
      }
      const answer = await this.accept(request, async () => ({
        assets,
        intervals: [interval],
        from: null,
        asOf,
        recheck: false,
      }));
      report.jobIds.push(jobIdOf(answer));
    }
    return report;
  }

  private async accept(request: IdempotentRequest, wantedOf: () => Promise<Wanted>): Promise<StoredAnswer> {
    const { ownerId } = request;
    const { answer } = await this.jobs.request(request, async (em) => {
      const { assets, intervals, from, asOf, recheck } = await wantedOf();
      const [id, jobId] = [uuidv7(), uuidv7() as JobId];
      em.create(Collection, {
        id,
        ownerId,
        jobId,
        assets,
        intervals,
        fromTime: from === null ? null : new Date(from),
        asOf: new Date(asOf),
        createdAt: new Date(),
      });
      const input: CollectPricesInput = {
        collectionId: id,
        assets: [...assets],
        intervals: [...intervals],
        from: from === null ? null : toIso(from),
        asOf: toIso(asOf),
        jobId,
        ...(recheck && { recheck }),
      };
      return {
        id: jobId,
        kind: 'collection',
        ownerId,
        portfolioId: null,
        workflowType: collectPricesWorkflow,
        workflowId: collectionWorkflowId(id),
        summary: `${intervals.join(', ')} bars of ${assets.length} assets as of ${toIso(asOf)}`,
        input,
      };
    });
    return answer;
  }

  async get(ownerId: OwnerId, id: string): Promise<CollectionView> {
    const row = await this.found(ownerId, id);
    const newest = await this.attemptsOf(id, undefined, attemptsShown);
    return collectionView(row, { newest, total: await this.em.count(SourceAttemptRow, { collectionId: id }) });
  }

  async list(ownerId: OwnerId, { cursor, limit }: CollectionsQuery): Promise<Page<CollectionSummary>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 'uuid');
    const where = { ownerId, ...(before !== undefined && { id: { $lt: before } }) };
    const rows = await this.em.find(Collection, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
    return pageFrom(rows, limit, collectionSummary, ({ id }) => id);
  }

  /** Who was asked for what in a collection, newest first. */
  async attempts(ownerId: OwnerId, id: string, { cursor, limit }: CollectionsQuery): Promise<Page<SourceAttemptView>> {
    await this.found(ownerId, id);
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 'uuid');
    return pageFrom(await this.attemptsOf(id, before, limit + 1), limit, attemptView, (row) => row.id);
  }

  async recordReport(id: string, report: CollectionReport): Promise<void> {
    await this.em.nativeUpdate(Collection, { id, finishedAt: null }, { report, finishedAt: new Date() });
  }

  private attemptsOf(collectionId: string, before: string | undefined, limit: number): Promise<SourceAttemptRow[]> {
    const where = { collectionId, ...(before !== undefined && { id: { $lt: before } }) };
    return this.em.find(SourceAttemptRow, where, { orderBy: { id: 'desc' }, limit, disableIdentityMap: true });
  }

  private async found(ownerId: OwnerId, id: string): Promise<Collection> {
    const row = await this.em.findOne(Collection, { id, ownerId });
    if (!row) throw new DomainError('not_found', `there is no collection ${id}`);
    return row;
  }

  private async assetsOf(texts: readonly string[] | undefined): Promise<Asset[]> {
    if (!texts) {
      const enabled = await this.assets.enabled();
      if (enabled.length === 0) throw new DomainError('conflict', 'no asset is enabled; enable one, or name assets');
      return enabled;
    }
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const found = texts.flatMap((value, i) => {
      const resolved = catalogue.resolve(value);
      const asset = resolved.kind === 'known' ? catalogue.of(resolved.assetId)! : undefined;
      if (asset && asset.assetClass !== 'cash') return [asset];
      const message = resolved.kind === 'known' ? 'is cash, which no source is asked for' : resolved.message;
      errors.push({ field: `assets.${i}`, value, message });
      return [];
    });
    refuse(errors);
    return [...new Set(found)];
  }
}

/** A date means its 00:00 UTC where it begins a window, and the end of its day where it is an as-of. */
function windowOf({ from, as_of: asOf }: CreateCollectionBody, now: EpochMs): Pick<Wanted, 'from' | 'asOf'> {
  const until = asOf === undefined ? now : parseAsOf(asOf)!;
  const since = from === undefined ? null : parseAsOf(from)! - (from.length === 10 ? dayMs : 0);
  if (until > now) refuse([{ field: 'as_of', value: asOf, message: `lies in the future: it means ${toIso(until)}` }]);
  if (since !== null && since >= until) {
    const message = `is not before the as-of: it means ${toIso(since)}, the as-of ${toIso(until)}`;
    refuse([{ field: 'from', value: from, message }]);
  }
  return { from: since, asOf: until };
}

/**
 * Two sources are asked for each bar, a hundred parts each: more is a matter of hours, of which nobody sees the end.
 *
 * @throws DomainError `invalid` naming `from`, with the first day from which it is not too much
 */
function refuseTooMany(
  assets: readonly Asset[],
  intervals: readonly Interval[],
  window: { readonly from: EpochMs; readonly asOf: EpochMs },
  from: string | undefined,
): void {
  const collected = collectedFor(intervals, () => true);
  const bars = assets
    .flatMap(({ assetClass }) => collected.map((interval) => barsAbout({ assetClass, interval, ...window })))
    .reduce((sum, one) => sum + one, 0);
  if (bars <= mostBars) return;
  const days = Math.floor(((window.asOf - window.from) * (mostBars / bars)) / dayMs);
  const { length: many } = assets;
  const count = (n: number) => n.toLocaleString('en');
  const message =
    `asks for about ${count(bars)} bars of ${many === 1 ? 'one asset' : `${many} assets`}, and a collection is of at ` +
    `most ${count(mostBars)}: ` +
    (days > 0
      ? `ask from ${utcDate(window.asOf - days * dayMs + dayMs - 1)} on, and for what is before in stretches of ${days} days (from, as_of)`
      : 'ask for fewer assets, or for longer bars');
  refuse([{ field: 'from', value: from, message }]);
}

/** @throws DomainError `invalid` when there are any */
function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw refusedFor(errors);
}
