import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { HeldQuantity } from './domain/holdings.js';
import { Holding, Portfolio } from './portfolio.entity.js';

export interface PortfolioWithHoldings {
  id: string;
  ownerId: OwnerId;
  name: string;
  createdAt: Date;
  holdings: HeldQuantity[];
}

@Injectable()
export class PortfolioRepository {
  constructor(private readonly em: EntityManager) {}

  /** Portfolios in the order they were made, from after a given id. */
  async list(ownerId: OwnerId, after: string | undefined, limit: number): Promise<PortfolioWithHoldings[]> {
    const where = { ownerId, ...(after && { id: { $gt: after } }) };
    const rows = await this.em.find(Portfolio, where, { orderBy: { id: 'asc' }, limit });
    return this.withHoldings(rows);
  }

  /** Portfolios of all owners that hold something. */
  async allWithHoldings(): Promise<{ id: PortfolioId; ownerId: OwnerId }[]> {
    return this.em.execute<{ id: PortfolioId; ownerId: OwnerId }[]>(
      'select id, owner_id as "ownerId" from portfolio p where exists (select from holding h where h.portfolio_id = p.id) order by id',
    );
  }

  async find(ownerId: OwnerId, id: string): Promise<PortfolioWithHoldings | undefined> {
    const row = await this.em.findOne(Portfolio, { id, ownerId });
    return row ? (await this.withHoldings([row]))[0] : undefined;
  }

  /** Replaces what the portfolio holds; false when there is no such portfolio. */
  setHoldings(ownerId: OwnerId, id: string, holdings: readonly HeldQuantity[]): Promise<boolean> {
    return this.em.transactional(async (em) => {
      const [locked] = await em.execute<unknown[]>(
        'update portfolio set updated_at = clock_timestamp() where id = ? and owner_id = ? returning id',
        [id, ownerId],
      );
      if (!locked) return false;
      await em.nativeDelete(Holding, { portfolioId: id });
      await em.insertMany(
        Holding,
        holdings.map(({ assetId, quantity }) => ({ portfolioId: id, assetId, ownerId, quantity })),
      );
      return true;
    });
  }

  private async withHoldings(rows: Portfolio[]): Promise<PortfolioWithHoldings[]> {
    const held = await this.em.find(
      Holding,
      { portfolioId: { $in: rows.map((row) => row.id) } },
      { orderBy: { assetId: 'asc' }, disableIdentityMap: true },
    );
    return rows.map(({ id, ownerId, name, createdAt }) => ({
      id,
      ownerId: ownerId as OwnerId,
      name,
      createdAt,
      holdings: held
        .filter((holding) => holding.portfolioId === id)
        .map(({ assetId, quantity }) => ({ assetId: assetId as AssetId, quantity })),
    }));
  }
}
