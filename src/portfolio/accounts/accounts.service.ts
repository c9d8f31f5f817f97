import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { DomainError, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { LedgerRepository, type PortfolioAccount } from '../ledger/ledger.repository.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { Account } from '../portfolio.entity.js';
import { PortfolioRepository } from '../portfolio.repository.js';
import type { AccountView, ChangeAccountBody, CreateAccountBody } from './accounts.schemas.js';

const mostAccounts = 100;

export const accountView = (account: PortfolioAccount): AccountView => ({
  id: account.id,
  portfolio_id: account.portfolioId,
  name: account.name,
  type: account.type,
  currency: account.currency,
  broker: account.broker,
  tax_status: account.taxStatus,
  tracks_cash: account.tracksCash,
  is_default: account.isDefault,
  created_at: toIso(account.createdAt.getTime()),
});

/** Accounts of portfolios, each with a currency of its own. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly em: EntityManager,
    private readonly portfolios: PortfolioRepository,
    private readonly ledger: LedgerService,
    private readonly rows: LedgerRepository,
    private readonly assets: AssetRegistry,
  ) {}

  /** The default one first. @throws DomainError `not_found` for a portfolio that the owner does not have */
  async of(ownerId: OwnerId, portfolioId: string): Promise<PortfolioAccount[]> {
    await this.portfolios.get(ownerId, portfolioId);
    return this.rows.accounts(portfolioId);
  }

  /** @throws DomainError `not_found`; `invalid` for a currency that is none; `conflict` for a name that is taken */
  async create(request: IdempotentRequest, portfolioId: string, body: CreateAccountBody): Promise<StoredAnswer> {
    const currency = await this.assets.known(body.currency, 'currency');
    if (currency.assetClass !== 'cash') {
      throw refusal('invalid', { field: 'currency', value: body.currency, message: 'is no currency' });
    }
    const { answer } = await once(this.em, request, async (em) => {
      const { ownerId } = request;
      await this.portfolios.lock(em, ownerId, portfolioId);
      const accounts = await this.rows.accounts(portfolioId, em);
      if (accounts.length >= mostAccounts) {
        throw new DomainError('conflict', `a portfolio has at most ${mostAccounts} accounts`);
      }
      refuseTaken(accounts, body.name);
      const account: PortfolioAccount = {
        id: uuidv7(),
        portfolioId,
        name: body.name,
        type: body.type,
        currency: currency.id,
        broker: body.broker,
        taxStatus: body.tax_status,
        tracksCash: body.tracks_cash,
        isDefault: false,
        createdAt: new Date(),
      };
      await em.insert(Account, { ...account, ownerId });
      const location = `/api/v1/portfolios/${portfolioId}/accounts/${account.id}`;
      return { status: 201, location, body: JSON.stringify(accountView(account)) };
    });
    return answer;
  }

  /**
   * Changes what is named. An account may begin to track its cash only when its transactions leave no debt, and may stop
   * only when what was put in as cash remains enough for what was taken.
   *
   * @throws DomainError `not_found`, `conflict`
   */
  change(ownerId: OwnerId, portfolioId: string, id: string, body: ChangeAccountBody): Promise<AccountView> {
    return this.em.transactional(async (em) => {
      await this.portfolios.lock(em, ownerId, portfolioId);
      const accounts = await this.rows.accounts(portfolioId, em);
      const before = accounts.find((account) => account.id === id);
      if (!before) throw absent(id);
      const others = accounts.filter((account) => account !== before);
      if (body.name !== undefined) refuseTaken(others, body.name);
      const after: PortfolioAccount = {
        ...before,
        name: body.name ?? before.name,
        type: body.type ?? before.type,
        broker: body.broker === undefined ? before.broker : body.broker,
        taxStatus: body.tax_status === undefined ? before.taxStatus : body.tax_status,
        tracksCash: body.tracks_cash ?? before.tracksCash,
      };
      const { name, type, broker, taxStatus, tracksCash } = after;
      await em.nativeUpdate(Account, { id }, { name, type, broker, taxStatus, tracksCash });
      if (tracksCash !== before.tracksCash) await this.ledger.recount(em, ownerId, portfolioId, [after, ...others]);
      return accountView(after);
    });
  }

  /** @throws DomainError `not_found` */
  async get(ownerId: OwnerId, portfolioId: string, id: string): Promise<AccountView> {
    const account = (await this.of(ownerId, portfolioId)).find((one) => one.id === id);
    if (!account) throw absent(id);
    return accountView(account);
  }
}

/** The account that a portfolio is made with, so that nobody has to think of accounts. */
export const insertDefaultAccount = (em: EntityManager, ownerId: OwnerId, portfolioId: string): Promise<unknown> =>
  em.insert(Account, {
    id: uuidv7(),
    portfolioId,
    ownerId,
    name: 'Default',
    type: 'personal_trading',
    currency: 'USD' as AssetId,
    broker: null,
    taxStatus: null,
    tracksCash: false,
    isDefault: true,
    createdAt: new Date(),
  });

function refuseTaken(accounts: readonly PortfolioAccount[], name: string): void {
  if (!accounts.some((account) => account.name === name)) return;
  throw refusal('conflict', { field: 'name', value: name, message: 'is the name of another account' });
}

const absent = (id: string) => new DomainError('not_found', `there is no account ${id}`);
const refusal = (kind: 'invalid' | 'conflict', error: FieldError) =>
  new DomainError(kind, `${error.field} "${String(error.value)}" ${error.message}`, { errors: [error] });
