import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices, type DatedPrice } from '../../data/prices/dated-prices.js';
import { isStale } from '../../data/domain/price-basis.js';
import { refusedFor } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { Exact } from '../domain/exact.js';
import { holdingsOf } from '../domain/ledger.js';
import { SplitHistory, unitFactor } from '../domain/splits.js';
import type { Transaction } from '../domain/transaction.js';
import type { StatedTransaction } from '../domain/transaction-line.js';
import { costBasisOf } from '../domain/unrealised.js';
import { shareOfPriced, valuate, type UsdPriceOf, type Valuation } from '../domain/valuation.js';
import { dividendNotes, howToPrice } from '../domain/valuation-notes.js';
import { gainsView } from '../gains/gains.views.js';
import type { PortfolioAccount } from '../ledger/ledger.repository.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { PortfolioService } from '../portfolio.service.js';
import { instantIfGiven } from '../../platform/http/instant.js';
import type { ValuationQuery, ValuationView } from './valuation.schemas.js';
import { datedPriceView } from './valuation.views.js';

const btc = 'BTC' as AssetId;

/** A stored price, and by what it is multiplied to be that of one unit as held then. */
interface UnitPrice extends DatedPrice {
  /** Decimal text; other than 1 only because of splits that the ledger records. */
  readonly splitFactor: string;
}

/** Holdings valued at an instant, with the price that each value rests on. */
export interface PricedPortfolio {
  readonly name: string;
  readonly numeraire: AssetId;
  readonly valuation: Valuation;
  /** Of what is held, of the numeraire and of the accounts' currencies. */
  readonly prices: ReadonlyMap<AssetId, UnitPrice>;
  readonly usdPriceOf: UsdPriceOf;
  /** Those that count, of all there are. */
  readonly accounts: readonly PortfolioAccount[];
  readonly allAccounts: readonly PortfolioAccount[];
  /** In effect, and executed by then; of all accounts. */
  readonly transactions: readonly StatedTransaction[];
  /** What has to be known of the values, a sentence each. */
  readonly notes: readonly string[];
}

interface ValuationOf {
  /** What was executed before it counts, and prices that were made by then; without it, everything until now. */
  readonly asOf?: EpochMs | undefined;
  /** Values at prices that were made by then, whatever counts as held. */
  readonly pricesAt?: EpochMs | undefined;
  /** For audits: prices that were stored and transactions that were recorded by then. */
  readonly knownAt?: EpochMs | undefined;
  /** Prices as a run at that instant would have read them, without what was corrected or begun later. */
  readonly asThen?: boolean | undefined;
  /** Without it, the portfolio's own. */
  readonly numeraire?: AssetId | undefined;
  /** Id or name of the only account that counts. */
  readonly account?: string | undefined;
  /** Priced beside what is held. */
  readonly also?: readonly AssetId[] | undefined;
}

@Injectable()
export class ValuationService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly ledger: LedgerService,
    private readonly prices: DatedPrices,
  ) {}

  /** @throws DomainError `not_found` for a portfolio that the owner does not have, `invalid` for an unknown account */
  async priced(ownerId: OwnerId, portfolioId: string, wanted: ValuationOf): Promise<PricedPortfolio> {
    const { knownAt, asThen, account, asOf = wanted.pricesAt ?? Date.now() } = wanted;
    const { name, numeraire: own } = await this.portfolios.withHoldings(ownerId, portfolioId);
    const numeraire = wanted.numeraire ?? own;
    // later transactions, too: prices are of the units after all splits
    const state = await this.ledger.stateOf(ownerId, portfolioId, { knownAt });
    const { accounts: all, transactions } = state;
    // the first instant of a day is of that day: what is as of the day before does not have it
    const asked = wanted.asOf === undefined ? Infinity : wanted.asOf - 1;
    // of all of them is known already what they come to
    const until = asked >= (transactions.at(-1)?.executedAt ?? 0) ? Infinity : asked;
    const accounts = account === undefined ? all : [accountCalled(all, account)];
    const counts = new Set(accounts.map(({ id }) => id));
    const positions = (await this.ledger.positionsOf(state, until)).filter(({ accountId }) => counts.has(accountId));
    const holdings = holdingsOf(positions);
    const needed = [
      ...holdings.map(({ assetId }) => assetId),
      numeraire,
      ...accounts.map(({ currency }) => currency),
      ...(wanted.also ?? []),
    ];
    const stored = await this.prices.of(needed, { asOf, viewer: ownerId, knownAt, asThen });
    const splits = new SplitHistory(transactions);
    const prices = new Map([...stored].map(([assetId, price]) => [assetId, inUnits(price, splits, until)]));
    const usdPriceOf = (assetId: AssetId) => {
      const price = prices.get(assetId);
      if (price === undefined || price.splitFactor === '1') return price?.usd;
      return new Exact(price.usd).times(price.splitFactor).toFixed();
    };
    const valuation = valuate(holdings, usdPriceOf, numeraire);
    const past = until === Infinity ? transactions : transactions.filter(({ executedAt }) => executedAt <= until);
    const notes = await this.notes(valuation, numeraire, prices, past);
    return {
      name,
      numeraire,
      valuation,
      prices,
      usdPriceOf,
      accounts,
      allAccounts: all,
      transactions: past,
      notes,
    };
  }

  private async notes(
    { holdings, unpriced }: Valuation,
    numeraire: AssetId,
    prices: ReadonlyMap<AssetId, DatedPrice>,
    transactions: readonly Transaction[],
  ): Promise<string[]> {
    const catalogue = await this.assets.catalogue();
    const howTo = (assetId: AssetId) => howToPrice(assetId, catalogue.of(assetId)?.assetClass);
    const paying = new Set(transactions.flatMap(({ kind, assetId }) => (kind === 'dividend' ? [assetId] : [])));
    const shown = new Set([...holdings.map(({ assetId }) => assetId), numeraire]);
    return [
      ...(prices.has(numeraire)
        ? []
        : [`the numeraire ${numeraire} has no stored price, so values are known in USD alone; ${howTo(numeraire)}`]),
      ...unpriced
        .filter((assetId) => assetId !== numeraire)
        .map((assetId) => `the totals leave out ${assetId}, which has no stored price; ${howTo(assetId)}`),
      ...dividendNotes(
        [...shown].map((assetId) => ({
          assetId,
          adjustment: prices.get(assetId)?.series?.adjustment,
          hasDividends: paying.has(assetId),
        })),
      ),
    ];
  }

  async view(ownerId: OwnerId, portfolioId: string, query: ValuationQuery): Promise<ValuationView> {
    const now = Date.now();
    const asOf = instantIfGiven('as_of', query.as_of, now);
    const knownAt = instantIfGiven('as_known_at', query.as_known_at, now);
    const given =
      query.numeraire === undefined ? undefined : (await this.assets.known(query.numeraire, 'numeraire')).id;
    const { account, lot_method: method } = query;
    const priced = await this.priced(ownerId, portfolioId, { asOf, knownAt, numeraire: given, account });
    const { valuation, prices, usdPriceOf, numeraire, accounts, transactions, notes } = priced;
    const { holdings, total, totalUsd, unpriced } = valuation;
    const btcShare = shareOfPriced(valuation, btc);
    const counts = new Set(accounts.map(({ id }) => id));
    const lots = await this.ledger.lotsIn({ accounts: priced.allAccounts, transactions }, method);
    const open = lots.open.filter(({ accountId }) => counts.has(accountId));
    const income = lots.income.filter(({ accountId }) => counts.has(accountId));
    const everything = { from: undefined, before: undefined };
    const incomes = gainsView(portfolioId, method, everything, { gains: [], income }).income;
    return {
      portfolio_id: portfolioId,
      account_id: account === undefined ? null : accounts[0]!.id,
      as_of: toIso(asOf ?? now),
      as_known_at: knownAt === undefined ? null : toIso(knownAt),
      numeraire,
      holdings: holdings.map(({ assetId, quantity, price, value, valueUsd, weight, weightOfPriced }) => {
        const dated = prices.get(assetId);
        const own = open.filter((lot) => lot.assetId === assetId);
        const { unrealised, quantityOfUnknownCost } = costBasisOf(assetId, own, usdPriceOf);
        return {
          asset_id: assetId,
          quantity,
          price,
          value,
          value_usd: valueUsd,
          weight,
          weight_of_priced: weightOfPriced,
          dated_price: dated ? { ...datedPriceView(dated), split_factor: dated.splitFactor } : null,
          unrealised: [...unrealised],
          quantity_of_unknown_cost: quantityOfUnknownCost,
          income: incomes.flatMap(({ asset_id: id, ...rest }) => (id === assetId ? [rest] : [])),
        };
      }),
      total,
      total_usd: totalUsd,
      btc_share: unpriced.length > 0 ? null : btcShare,
      btc_share_of_priced: btcShare,
      partial: unpriced.length > 0,
      unpriced: [...unpriced],
      stale: holdings.flatMap(({ assetId }) => {
        const dated = prices.get(assetId);
        return dated && isStale(dated, asOf ?? now) ? [assetId] : [];
      }),
      notes: [...notes],
      simulated: [...prices.values()].some(({ simulated }) => simulated),
    };
  }
}

/** A bar of a day is of the units after the splits of that day. */
function inUnits(price: DatedPrice, splits: SplitHistory, until: EpochMs): UnitPrice {
  const endOfItsDay = Math.ceil(price.time / dayMs) * dayMs - 1;
  const factor = unitFactor(splits, price.assetId, price.series?.adjustment, endOfItsDay, until);
  return { ...price, splitFactor: factor.toSignificantDigits(24).toFixed() };
}

function accountCalled(accounts: readonly PortfolioAccount[], text: string): PortfolioAccount {
  const found = accounts.find(({ id }) => id === text.toLowerCase()) ?? accounts.find(({ name }) => name === text);
  if (found) return found;
  throw refusedFor([{ field: 'account', value: text, message: 'is no account of this portfolio' }]);
}
