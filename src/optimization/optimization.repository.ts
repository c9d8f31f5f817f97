import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { sha256 } from '../platform/crypto/sha256.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId, SnapshotId } from '../shared/ids.js';
import { toIso } from '../shared/time.js';
import { observationsOf, type MarketSnapshot } from './domain/market-snapshot.js';
import { MarketSnapshotRow } from './market-snapshot.entity.js';
import { Optimization } from './optimization.entity.js';

export type OptimizationRow = Omit<Optimization, 'createdAt'>;

/** What a snapshot is, without its prices. */
export type SnapshotSummary = Pick<
  MarketSnapshotRow,
  'id' | 'contentHash' | 'observations' | 'lookbackDays' | 'series' | 'dates'
>;

/** SHA-256 of the canonical JSON of the frozen prices: equal content, equal hash, whatever the order of keys. */
export const contentHashOf = (snapshot: MarketSnapshot): string => sha256(canonicalJson(snapshot));

@Injectable()
export class OptimizationRepository {
  constructor(private readonly em: EntityManager) {}

  async snapshotIdByKey(key: string): Promise<SnapshotId | null> {
    const row = await this.em.findOne(MarketSnapshotRow, { key }, { fields: ['id'] });
    return row && (row.id as SnapshotId);
  }

  /** Stores a snapshot once: under a key that is taken nothing is written, and the id that stands there is answered. */
  async keepSnapshot(key: string, ownerId: OwnerId, snapshot: MarketSnapshot): Promise<SnapshotId> {
    await this.em
      .createQueryBuilder(MarketSnapshotRow)
      .insert({
        id: uuidv7(),
        key,
        ownerId,
        asOf: new Date(snapshot.asOf),
        lookbackDays: snapshot.lookbackDays,
        series: [...snapshot.series],
        dates: [...snapshot.dates],
        closes: Object.fromEntries(Object.entries(snapshot.closes).map(([asset, closes]) => [asset, [...closes]])),
        observations: observationsOf(snapshot),
        contentHash: contentHashOf(snapshot),
        createdAt: new Date(),
      })
      .onConflict(['key'])
      .ignore()
      .execute('run');
    const { id } = await this.em.findOneOrFail(MarketSnapshotRow, { key }, { fields: ['id'] });
    return id as SnapshotId;
  }

  /** The frozen prices, exactly as they were hashed. */
  async snapshot(id: string): Promise<MarketSnapshot> {
    const row = await this.em.findOne(MarketSnapshotRow, { id });
    if (!row) throw new DomainError('not_found', `there is no market snapshot ${id}`);
    const { asOf, lookbackDays, series, dates, closes } = row;
    return { asOf: toIso(asOf.getTime()), lookbackDays, series, dates, closes };
  }

  async optimization(id: string): Promise<Optimization | null> {
    return this.em.findOne(Optimization, { id });
  }

  async ownOptimization(ownerId: OwnerId, id: string): Promise<Optimization | null> {
    return this.em.findOne(Optimization, { ownerId, id });
  }

  /** Stores an optimization once and answers what is stored under its id. */
  async keepOptimization(row: OptimizationRow): Promise<Optimization> {
    await this.em
      .createQueryBuilder(Optimization)
      .insert({ ...row, createdAt: new Date() })
      .onConflict(['id'])
      .ignore()
      .execute('run');
    return this.em.findOneOrFail(Optimization, { id: row.id });
  }

  async hasOptimization(ownerId: OwnerId, id: string): Promise<boolean> {
    return (await this.em.count(Optimization, { ownerId, id })) > 0;
  }

  /** Newest first. */
  list(
    ownerId: OwnerId,
    { portfolioId, before, limit }: { portfolioId: string | undefined; before: string | undefined; limit: number },
  ): Promise<Optimization[]> {
    return this.em.find(
      Optimization,
      { ownerId, ...(portfolioId && { portfolioId }), ...(before && { id: { $lt: before } }) },
      { orderBy: { id: 'desc' }, limit, disableIdentityMap: true },
    );
  }

  async optimizationOf(
    ownerId: OwnerId,
    id: string,
  ): Promise<{ optimization: Optimization; snapshot: SnapshotSummary } | null> {
    const optimization = await this.ownOptimization(ownerId, id);
    if (!optimization) return null;
    const snapshot = await this.em.findOneOrFail(
      MarketSnapshotRow,
      { id: optimization.snapshotId },
      { fields: ['id', 'contentHash', 'observations', 'lookbackDays', 'series', 'dates'] },
    );
    return { optimization, snapshot };
  }
}
