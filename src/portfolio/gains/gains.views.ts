import { toIso, type EpochMs } from '../../shared/time.js';
import { Exact, zero } from '../domain/exact.js';
import type { ConvertedGain } from '../domain/cost-conversion.js';
import type { Income, LotMethod } from '../domain/lots.js';
import type { GainsView } from './gains.schemas.js';

const sumOf = (texts: readonly string[]): Exact => texts.reduce((sum, text) => sum.plus(new Exact(text)), zero);

export const gainsView = (
  portfolioId: string,
  method: LotMethod,
  { from, before }: { from: EpochMs | undefined; before: EpochMs | undefined },
  { gains, income }: { readonly gains: readonly ConvertedGain[]; readonly income: readonly Income[] },
): GainsView => {
  const isWithin = (at: EpochMs) => at >= (from ?? -Infinity) && at < (before ?? Infinity);
  const realised = gains.filter(({ disposedAt }) => isWithin(disposedAt));
  return {
    portfolio_id: portfolioId,
    method,
    from: from === undefined ? null : toIso(from),
    to: before === undefined ? null : toIso(before),
    realised: realised.map((gain) => ({
      asset_id: gain.assetId,
      account_id: gain.accountId,
      acquired_at: toIso(gain.acquiredAt),
      disposed_at: toIso(gain.disposedAt),
      quantity: gain.quantity,
      proceeds: gain.proceeds,
      currency: gain.currency,
      cost: gain.cost,
      cost_currency: gain.costCurrency,
      exchange_rate: gain.exchangeRate,
      gain: gain.gain,
      gain_unknown: gain.gainUnknown,
      term: gain.term,
      transaction_id: gain.transactionId,
      lot_id: gain.lotId,
    })),
    income: incomeByHolding(income.filter(({ at }) => isWithin(at))),
    totals: totalsByCurrency(realised),
  };
};

/** By asset and currency, in the order of both. */
function incomeByHolding(income: readonly Income[]): GainsView['income'] {
  const groups = grouped(income, ({ assetId, currency }) => `${assetId} ${currency}`);
  return [...groups].sort(byKey).map(([, [first, ...more]]) => {
    const all = [first!, ...more];
    const staking = all.filter(({ kind }) => kind === 'staking_reward');
    const units = (of: readonly Income[]) => sumOf(of.flatMap(({ quantity }) => quantity ?? [])).toFixed();
    const worth = (of: readonly Income[]) => sumOf(of.flatMap(({ amount }) => amount ?? [])).toFixed();
    return {
      asset_id: first!.assetId,
      currency: first!.currency,
      dividends: worth(all.filter(({ kind }) => kind === 'dividend')),
      staking_rewards: worth(staking),
      staking_units: units(staking),
      staking_units_of_unknown_worth: units(staking.filter(({ amount }) => amount === null)),
    };
  });
}

function totalsByCurrency(realised: readonly ConvertedGain[]): GainsView['totals'] {
  const groups = grouped(realised, ({ currency }) => currency);
  return [...groups].sort(byKey).map(([currency, gains]) => {
    const known = gains.filter(({ gain }) => gain !== null);
    const gainOf = (of: readonly ConvertedGain[]) => sumOf(of.flatMap(({ gain }) => gain ?? [])).toFixed();
    return {
      currency,
      proceeds: sumOf(gains.map(({ proceeds }) => proceeds)).toFixed(),
      cost: sumOf(known.flatMap(({ convertedCost }) => convertedCost ?? [])).toFixed(),
      gain: gainOf(known),
      short_term: gainOf(known.filter(({ term }) => term === 'short')),
      long_term: gainOf(known.filter(({ term }) => term === 'long')),
      unknown: gains.length - known.length,
    };
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

const columns = [
  'asset_id',
  'account_id',
  'acquired_at',
  'disposed_at',
  'quantity',
  'proceeds',
  'currency',
  'cost',
  'cost_currency',
  'gain',
  'term',
  'transaction_id',
  'lot_id',
  'exchange_rate',
  'gain_unknown',
] as const;

/** A header and a line for each lot that was sold; what is unknown is empty. No field can hold a comma. */
export const gainsCsv = ({ realised }: GainsView): string =>
  [columns.join(','), ...realised.map((row) => columns.map((name) => row[name] ?? '').join(','))].join('\n') + '\n';
