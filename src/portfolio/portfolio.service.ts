import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId, PortfolioId } from '../shared/ids.js';
import { toIso } from '../shared/time.js';
import { readHoldings } from './domain/holdings.js';
import { Portfolio } from './portfolio.entity.js';
import { PortfolioRepository, type PortfolioWithHoldings } from './portfolio.repository.js';
import type { PortfoliosQuery, PortfolioView } from './portfolio.schemas.js';

const view = ({ id, name, holdings, createdAt }: PortfolioWithHoldings): PortfolioView => ({
  id,
  name,
  holdings: Object.fromEntries(holdings.map(({ assetId, quantity }) => [assetId, quantity])),
  created_at: toIso(createdAt.getTime()),
});

const portfolioPath = (id: string) => `/api/v1/portfolios/${id}`;

@Injectable()
export class PortfolioService {
  constructor(
    private readonly em: EntityManager,
    private readonly portfolios: PortfolioRepository,
    private readonly assets: AssetRegistry,
  ) {}

  async create(request: IdempotentRequest, name: string): Promise<StoredAnswer> {
    const { answer } = await once(this.em, request, async (em) => {
      const { ownerId } = request;
      const createdAt = new Date();
      const row = em.create(Portfolio, { id: uuidv7(), ownerId, name, createdAt, updatedAt: createdAt });
      await em.flush();
      const body = view({ id: row.id, ownerId, name, createdAt, holdings: [] });
      return { status: 201, location: portfolioPath(row.id), body: JSON.stringify(body) };
    });
    return answer;
  }

  async list(ownerId: OwnerId, { limit, cursor }: PortfoliosQuery): Promise<Page<PortfolioView>> {
    const after = cursor ? decodeCursor(cursor, 'uuid') : undefined;
    return pageFrom(await this.portfolios.list(ownerId, after, limit + 1), limit, view, ({ id }) => id);
  }

  async get(ownerId: OwnerId, id: string): Promise<PortfolioView> {
    return view(await this.withHoldings(ownerId, id));
  }

  async setHoldings(ownerId: OwnerId, id: string, given: Record<string, string>): Promise<PortfolioView> {
    const catalogue = await this.assets.catalogue();
    const read = readHoldings(given, (text) => catalogue.resolve(text));
    if (read.kind === 'refused') {
      const said = read.errors.map(({ field, value, message }) => `${field} "${String(value)}" ${message}`);
      throw new DomainError('invalid', said.join('; '), { errors: read.errors });
    }
    if (!(await this.portfolios.setHoldings(ownerId, id, read.holdings))) throw absent(id);
    return this.get(ownerId, id);
  }

  /** For work that is done for everybody. */
  allWithHoldings(): Promise<{ id: PortfolioId; ownerId: OwnerId }[]> {
    return this.portfolios.allWithHoldings();
  }

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  async withHoldings(ownerId: OwnerId, id: string): Promise<PortfolioWithHoldings> {
    const found = await this.portfolios.find(ownerId, id);
    if (!found) throw absent(id);
    return found;
  }
}

const absent = (id: string) => new DomainError('not_found', `there is no portfolio ${id}`);
