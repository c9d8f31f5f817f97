import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../shared/errors.js';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { HeldQuantity } from './domain/holdings.js';
import { Holding, Portfolio } from './portfolio.entity.js';

export interface PortfolioWithHoldings {
  id: string;
  ownerId: OwnerId;
  name: string;
  /** Asset or currency that the owner counts in. */
  numeraire: AssetId;
  isDefault: boolean;
  createdAt: Date;
  holdings: HeldQuantity[];
}

const absent = (id: string) => new DomainError('not_found', `there is no portfolio ${id}`);

@Injectable()
export class PortfolioRepository {
  constructor(private readonly em: EntityManager) {}

  /** Portfolios in the order they were made, from after a given id. */
  async list(ownerId: OwnerId, after: string | undefined, limit: number): Promise<PortfolioWithHoldings[]> {
    const where = { ownerId, ...(after && { id: { $gt: after } }) };
    const rows = await this.em.find(Portfolio, where, { orderBy: { id: 'asc' }, limit, disableIdentityMap: true });
    return this.withHoldings(rows);
  }

  /** All portfolios of an owner, in the order they were made. */
  all(ownerId: OwnerId): Promise<{ id: PortfolioId; name: string }[]> {
    return this.em.execute<{ id: PortfolioId; name: string }[]>(
      'select id, name from portfolio where owner_id = ? order by id',
      [ownerId],
    );
  }

  /** Portfolios of all owners that hold something. */
  async allWithHoldings(): Promise<{ id: PortfolioId; ownerId: OwnerId }[]> {
    return this.em.execute<{ id: PortfolioId; ownerId: OwnerId }[]>(
      'select id, owner_id as "ownerId" from portfolio p where exists (select from holding h where h.portfolio_id = p.id) order by id',
    );
  }

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async get(ownerId: OwnerId, id: string): Promise<PortfolioWithHoldings> {
    const found = await this.one({ id, ownerId });
    if (!found) throw absent(id);
    return found;
  }

  /**
   * Another one after each change of accounts or transactions.
   *
   * @throws DomainError `not_found` for a portfolio that the owner does not have
   */
  async versionOf(ownerId: OwnerId, id: string): Promise<string> {
    const [row] = await this.em.execute<{ version: string }[]>(
      'select extract(epoch from updated_at)::text as version from portfolio where id = ? and owner_id = ?',
      [id, ownerId],
    );
    if (!row) throw absent(id);
    return row.version;
  }

  findDefault(ownerId: OwnerId): Promise<PortfolioWithHoldings | undefined> {
    return this.one({ ownerId, isDefault: true });
  }

  /**
   * Lets whoever changes what the portfolio holds after this wait for the end of the transaction, and takes note of the
   * change.
   *
   * @throws DomainError `not_found` for a portfolio that the owner does not have
   */
  async lock(em: EntityManager, ownerId: OwnerId, id: string): Promise<void> {
    const [locked] = await em.execute<unknown[]>(
      'update portfolio set updated_at = clock_timestamp() where id = ? and owner_id = ? returning id',
      [id, ownerId],
    );
    if (!locked) throw absent(id);
  }

  /** Lets whoever makes a portfolio of the owner, or chooses the default one, wait for the end of the transaction. */
  async lockOwner(em: EntityManager, ownerId: OwnerId): Promise<void> {
    await em.execute(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [`fks-portfolio:portfolios:${ownerId}`]);
  }

  /**
   * Holdings are what the transactions add up to: written with them, in one database transaction. With `assets`, only
   * theirs are.
   */
  async project(
    em: EntityManager,
    ownerId: OwnerId,
    id: string,
    holdings: readonly HeldQuantity[],
    assets?: ReadonlySet<AssetId>,
  ): Promise<void> {
    await em.nativeDelete(Holding, { portfolioId: id, ...(assets && { assetId: { $in: [...assets] } }) });
    await em.insertMany(
      Holding,
      holdings
        .filter(({ assetId }) => assets?.has(assetId) ?? true)
        .map(({ assetId, quantity }) => ({ portfolioId: id, assetId, ownerId, quantity })),
    );
  }

  private async one(where: { id?: string; ownerId: OwnerId; isDefault?: boolean }) {
    const row = await this.em.findOne(Portfolio, where, { disableIdentityMap: true });
    return row ? (await this.withHoldings([row]))[0] : undefined;
  }

  private async withHoldings(rows: Portfolio[]): Promise<PortfolioWithHoldings[]> {
    const held = await this.em.find(
      Holding,
      { portfolioId: { $in: rows.map((row) => row.id) } },
      { orderBy: { assetId: 'asc' }, disableIdentityMap: true },
    );
    return rows.map(({ id, ownerId, name, numeraire, isDefault, createdAt }) => ({
      id,
      ownerId: ownerId as OwnerId,
      name,
      numeraire: numeraire as AssetId,
      isDefault,
      createdAt,
      holdings: held
        .filter((holding) => holding.portfolioId === id)
        .map(({ assetId, quantity }) => ({ assetId: assetId as AssetId, quantity })),
    }));
  }
}
