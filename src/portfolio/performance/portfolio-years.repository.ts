import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { joined } from '../../shared/doubles.js';
import type { AssetId } from '../../shared/ids.js';
import { utcDate, type EpochMs } from '../../shared/time.js';
import type { Attribution } from '../domain/performance.js';
import type { DaysInBrief } from '../domain/performance-window.js';
import type { DayTotals, PortfolioDays, UnpricedRun } from '../domain/portfolio-days.js';
import type { ChangedYear, KnownYear } from './changed-years.js';
import type { SnapshotInput } from './performance.contract.js';
import { PortfolioSnapshot, PortfolioYearRow } from './portfolio-year.entity.js';

/** A year of a portfolio as it is stored, but for what each asset was worth on each day. */
export interface YearInBrief extends DaysInBrief {
  readonly year: number;
  readonly digest: string;
  /** Who made the return of the whole year, in US dollars and in BTC. */
  readonly attributions: { readonly usd: Attribution; readonly btc: Attribution };
}

export type YearToStore = ChangedYear & Pick<YearInBrief, 'attributions'>;

/** A stored year, with the days that it has. */
export interface StoredYear extends KnownYear {
  readonly first: EpochMs;
  readonly rows: number;
}

export interface SnapshotState {
  readonly ledgerVersion: string;
  /** YYYY-MM-DD */
  readonly completeUntil: string;
  readonly refreshedAt: EpochMs;
}

interface BriefRow {
  year: number;
  first: string;
  rows: number;
  assets: AssetId[];
  totals: Buffer;
  usdAttribution: Buffer;
  btcAttribution: Buffer;
  unpriced: UnpricedRun[];
  simulated: Buffer;
  digest: string;
}

const briefColumns = `year, first::text, rows, assets, totals, usd_attribution as "usdAttribution",
  btc_attribution as "btcAttribution", unpriced, simulated, digest`;

@Injectable()
export class PortfolioYearsRepository {
  constructor(private readonly em: EntityManager) {}

  /** Changes with every change of the ledger; undefined for a portfolio that the owner does not have. */
  async ledgerVersion({ ownerId, portfolioId }: SnapshotInput): Promise<string | undefined> {
    const [row] = await this.em.execute<{ version: string }[]>(
      'select extract(epoch from updated_at)::text as version from portfolio where id = ? and owner_id = ?',
      [portfolioId, ownerId],
    );
    return row?.version;
  }

  async snapshot(portfolioId: string): Promise<SnapshotState | undefined> {
    const row = await this.em.findOne(PortfolioSnapshot, { portfolioId }, { disableIdentityMap: true });
    if (!row) return undefined;
    return {
      ledgerVersion: row.ledgerVersion,
      completeUntil: row.completeUntil,
      refreshedAt: row.refreshedAt.getTime(),
    };
  }

  /** Years with days after `begin` and up to `end`, both YYYY-MM-DD, in order; of an open end as far as there are any. */
  async years(portfolioId: string, begin: string | undefined, end: string | undefined): Promise<YearInBrief[]> {
    const rows = await this.em.execute<BriefRow[]>(
      `select ${briefColumns} from portfolio_year
       where portfolio_id = ? and first < ?::date and first + rows - 1 > ?::date order by year`,
      [portfolioId, end ?? 'infinity', begin ?? '-infinity'],
    );
    return rows.map(briefOf);
  }

  /** What each asset was worth on each day of a year; undefined when the year has been derived anew since. */
  async days(portfolioId: string, year: YearInBrief): Promise<PortfolioDays | undefined> {
    const [row] = await this.em.execute<{ values: Buffer; changes: Buffer }[]>(
      `select asset_values as "values", changes from portfolio_year where portfolio_id = ? and year = ? and digest = ?`,
      [portfolioId, year.year, year.digest],
    );
    return row && { ...year, values: doublesOf(row.values), changes: doublesOf(row.changes) };
  }

  /**
   * Brings the stored years up to date, in one transaction: `work` hears what is stored, and stores and removes years.
   * Whoever does the same for the portfolio waits.
   */
  async update<T>(
    { ownerId, portfolioId }: SnapshotInput,
    state: Omit<SnapshotState, 'refreshedAt'>,
    work: (known: ReadonlyMap<number, StoredYear>, within: YearStore) => Promise<T>,
  ): Promise<T> {
    return this.em.fork().transactional(async (em) => {
      await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`portfolio days ${portfolioId}`]);
      const rows = await em.execute<(Omit<StoredYear, 'first'> & { year: number; first: string })[]>(
        'select year, digest, closing, first::text, rows from portfolio_year where portfolio_id = ?',
        [portfolioId],
      );
      const known = new Map(rows.map(({ year, first, ...rest }) => [year, { ...rest, first: dayOf(first) }]));
      const outcome = await work(known, new YearStore(em, ownerId, portfolioId));
      await em.upsert(PortfolioSnapshot, { portfolioId, ownerId, ...state, refreshedAt: new Date() });
      return outcome;
    });
  }
}

/** The years of one portfolio within a transaction. */
export class YearStore {
  constructor(
    private readonly em: EntityManager,
    private readonly ownerId: string,
    private readonly portfolioId: string,
  ) {}

  /** The days of a year that is stored. */
  async days(year: number): Promise<PortfolioDays | undefined> {
    const [row] = await this.em.execute<(BriefRow & { values: Buffer; changes: Buffer })[]>(
      `select ${briefColumns}, asset_values as "values", changes from portfolio_year where portfolio_id = ? and year = ?`,
      [this.portfolioId, year],
    );
    return row && { ...briefOf(row), values: doublesOf(row.values), changes: doublesOf(row.changes) };
  }

  async put({ year, digest, days, attributions, closing }: YearToStore): Promise<void> {
    const { ownerId, portfolioId } = this;
    const row = {
      portfolioId,
      year,
      ownerId,
      first: utcDate(days.first),
      rows: days.rows,
      assets: days.assets,
      totals: bytesOf(joined([days.totals.values, days.totals.came, days.totals.left, days.totals.btc])),
      usdAttribution: bytesOf(packedAttribution(attributions.usd)),
      btcAttribution: bytesOf(packedAttribution(attributions.btc)),
      unpriced: days.unpriced,
      simulated: Buffer.from(days.simulated),
      assetValues: bytesOf(days.values),
      changes: bytesOf(days.changes),
      closing,
      digest,
      writtenAt: new Date(),
    };
    await this.em.upsert(PortfolioYearRow, row, {
      onConflictFields: ['portfolioId', 'year'],
      onConflictAction: 'merge',
    });
    this.em.clear();
  }

  async remove(years: readonly number[]): Promise<void> {
    await this.em.nativeDelete(PortfolioYearRow, { portfolioId: this.portfolioId, year: { $in: [...years] } });
  }
}

function briefOf({ first, totals, usdAttribution, btcAttribution, simulated, ...row }: BriefRow): YearInBrief {
  return {
    ...row,
    first: dayOf(first),
    totals: totalsOf(doublesOf(totals), row.rows),
    attributions: {
      usd: attributionOf(doublesOf(usdAttribution), row.assets.length),
      btc: attributionOf(doublesOf(btcAttribution), row.assets.length),
    },
    simulated: Uint8Array.from(simulated),
  };
}

const dayOf = (date: string): EpochMs => Date.parse(`${date}T00:00:00Z`);

/** The `i`th of equally long parts. */
const part = (all: Float64Array, length: number, i: number) => all.subarray(i * length, (i + 1) * length);

const totalsOf = (all: Float64Array, rows: number): DayTotals => ({
  values: part(all, rows, 0),
  came: part(all, rows, 1),
  left: part(all, rows, 2),
  btc: part(all, rows, 3),
});

const packedAttribution = ({ active, contributions, gains, btcEffect }: Attribution): Float64Array =>
  joined([active, contributions, gains, btcEffect]);

const attributionOf = (all: Float64Array, assets: number): Attribution => ({
  active: part(all, assets, 0),
  contributions: part(all, assets, 1),
  gains: part(all, assets, 2),
  btcEffect: part(all, assets, 3),
});

const bytesOf = (values: Float64Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** A buffer of its own: the driver's may begin anywhere within a larger one. */
const doublesOf = (bytes: Buffer): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);
