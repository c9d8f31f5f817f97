import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { refusedFor } from '../shared/errors.js';
import type { OwnerId, PortfolioId } from '../shared/ids.js';
import { toIso } from '../shared/time.js';
import { insertDefaultAccount } from './accounts/accounts.service.js';
import { readHoldings } from './domain/holdings.js';
import { LedgerService } from './ledger/ledger.service.js';
import { Portfolio } from './portfolio.entity.js';
import { PortfolioRepository, type PortfolioWithHoldings } from './portfolio.repository.js';
import type { ChangePortfolioBody, CreatePortfolioBody, PortfoliosQuery, PortfolioView } from './portfolio.schemas.js';

const view = ({
  id,
  name,
  numeraire,
  isDefault,
  holdings,
  createdAt,
}: Omit<PortfolioWithHoldings, 'ownerId'>): PortfolioView => ({
  id,
  name,
  numeraire,
  is_default: isDefault,
  holdings: Object.fromEntries(holdings.map(({ assetId, quantity }) => [assetId, quantity])),
  created_at: toIso(createdAt.getTime()),
});

const portfolioPath = (id: string) => `/api/v1/portfolios/${id}`;

@Injectable()
export class PortfolioService {
  constructor(
    private readonly em: EntityManager,
    private readonly portfolios: PortfolioRepository,
    private readonly ledger: LedgerService,
    private readonly assets: AssetRegistry,
  ) {}

  /** With an account of its own; an owner's first portfolio is the default one. */
  async create(request: IdempotentRequest, body: CreatePortfolioBody): Promise<StoredAnswer> {
    const { id: numeraire } = await this.assets.known(body.numeraire, 'numeraire');
    const { answer } = await once(this.em, request, async (em) => {
      const { ownerId } = request;
      await this.portfolios.lockOwner(em, ownerId);
      const isDefault = (await em.count(Portfolio, { ownerId, isDefault: true })) === 0;
      const createdAt = new Date();
      const made = { id: uuidv7(), name: body.name, numeraire, isDefault, createdAt };
      await em.insert(Portfolio, { ...made, ownerId, updatedAt: createdAt });
      await insertDefaultAccount(em, ownerId, made.id);
      return { status: 201, location: portfolioPath(made.id), body: JSON.stringify(view({ ...made, holdings: [] })) };
    });
    return answer;
  }

  /** @throws DomainError `not_found`; `invalid` for a numeraire that nobody knows */
  async change(ownerId: OwnerId, id: string, body: ChangePortfolioBody): Promise<PortfolioView> {
    const { name, is_default: isDefault } = body;
    const numeraire = body.numeraire === undefined ? undefined : await this.assets.known(body.numeraire, 'numeraire');
    await this.em.transactional(async (em) => {
      await this.portfolios.lockOwner(em, ownerId);
      await this.portfolios.lock(em, ownerId, id);
      if (isDefault) await em.nativeUpdate(Portfolio, { ownerId, isDefault: true }, { isDefault: false });
      const changes = {
        ...(name !== undefined && { name }),
        ...(numeraire && { numeraire: numeraire.id }),
        ...(isDefault && { isDefault }),
      };
      if (Object.keys(changes).length > 0) await em.nativeUpdate(Portfolio, { id }, changes);
    });
    return this.get(ownerId, id);
  }

  async list(ownerId: OwnerId, { limit, cursor }: PortfoliosQuery): Promise<Page<PortfolioView>> {
    const after = cursor ? decodeCursor(cursor, 'uuid') : undefined;
    return pageFrom(await this.portfolios.list(ownerId, after, limit + 1), limit, view, ({ id }) => id);
  }

  async get(ownerId: OwnerId, id: string): Promise<PortfolioView> {
    return view(await this.withHoldings(ownerId, id));
  }

  /** Writes the adjustments after which these quantities are held. @throws DomainError `not_found`, `invalid` */
  async setHoldings(ownerId: OwnerId, id: string, given: Record<string, string>): Promise<PortfolioView> {
    const catalogue = await this.assets.catalogue();
    const read = readHoldings(given, (text) => catalogue.resolve(text));
    if (read.kind === 'refused') throw refusedFor(read.errors);
    await this.em.transactional((em) => this.ledger.setHoldings(em, ownerId, id, read.holdings));
    return this.get(ownerId, id);
  }

  /** All portfolios of an owner, in the order they were made. */
  all(ownerId: OwnerId): Promise<{ id: PortfolioId; name: string }[]> {
    return this.portfolios.all(ownerId);
  }

  /** For work that is done for everybody. */
  allWithHoldings(): Promise<{ id: PortfolioId; ownerId: OwnerId }[]> {
    return this.portfolios.allWithHoldings();
  }

  /** The portfolio that is meant where none is named; undefined for an owner without any. */
  defaultOf(ownerId: OwnerId): Promise<PortfolioWithHoldings | undefined> {
    return this.portfolios.findDefault(ownerId);
  }

  /** @throws DomainError `not_found` for a portfolio that the owner does not have */
  withHoldings(ownerId: OwnerId, id: string): Promise<PortfolioWithHoldings> {
    return this.portfolios.get(ownerId, id);
  }
}
