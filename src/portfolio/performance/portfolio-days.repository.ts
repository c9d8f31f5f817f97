import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../shared/ids.js';
import { utcDate, type EpochMs } from '../../shared/time.js';
import { sha256 } from '../../platform/crypto/sha256.js';
import type { PortfolioDay } from '../domain/portfolio-days.js';
import { PortfolioDayRow, PortfolioSnapshot } from './portfolio-day.entity.js';
import type { SnapshotInput } from './performance.contract.js';

export interface StoredDay extends PortfolioDay {
  /** Whether any of its prices came from the market simulator. */
  readonly simulated: boolean;
}

export interface SnapshotState {
  readonly ledgerVersion: string;
  /** YYYY-MM-DD */
  readonly completeUntil: string;
  readonly refreshedAt: EpochMs;
}

export interface Written {
  readonly days: number;
  readonly written: number;
  readonly from: string | null;
}

interface Row {
  day: string;
  assets: AssetId[];
  quantities: Buffer;
  prices: Buffer;
  flows: Buffer;
  external: Buffer;
  splits: Buffer;
  btc: number | null;
  unpriced: AssetId[];
  simulated: boolean;
}

/** Rows of one insert: some megabytes where a portfolio has hundreds of assets. */
const rowsAtOnce = 200;

@Injectable()
export class PortfolioDaysRepository {
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

  /** Days from `from` to `to`, both YYYY-MM-DD, in order; of an open end as far as there are any. */
  async days(portfolioId: string, from: string | undefined, to: string | undefined): Promise<StoredDay[]> {
    const rows = await this.em.execute<Row[]>(
      `select day::text, assets, quantities, prices, flows, external, splits, btc, unpriced, simulated
       from portfolio_day where portfolio_id = ? and day between ? and ? order by day`,
      [portfolioId, from ?? '-infinity', to ?? 'infinity'],
    );
    return rows.map(({ day, btc, quantities, prices, flows, external, splits, ...rest }) => ({
      ...rest,
      day: Date.parse(`${day}T00:00:00Z`),
      btc: btc ?? Number.NaN,
      quantities: doublesOf(quantities),
      prices: doublesOf(prices),
      flows: doublesOf(flows),
      external: doublesOf(external),
      splits: doublesOf(splits),
    }));
  }

  /** The first day that is stored, YYYY-MM-DD. */
  async firstDay(portfolioId: string): Promise<string | undefined> {
    const [row] = await this.em.execute<{ day: string | null }[]>(
      'select min(day)::text as day from portfolio_day where portfolio_id = ?',
      [portfolioId],
    );
    return row?.day ?? undefined;
  }

  /**
   * Makes the stored days be these, in one transaction: those that differ are written, those that are no more are removed.
   * Whoever does the same for the portfolio waits.
   */
  async replace(
    { ownerId, portfolioId }: SnapshotInput,
    state: Omit<SnapshotState, 'refreshedAt'>,
    days: AsyncIterable<StoredDay>,
  ): Promise<Written> {
    return this.em.fork().transactional(async (em) => {
      await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`portfolio days ${portfolioId}`]);
      const stored = new Map(
        (
          await em.execute<{ day: string; digest: string }[]>(
            'select day::text, digest from portfolio_day where portfolio_id = ?',
            [portfolioId],
          )
        ).map(({ day, digest }) => [day, digest]),
      );
      const writtenAt = new Date();
      let [count, written] = [0, 0];
      let from: string | null = null;
      let batch: ReturnType<typeof rowOf>[] = [];
      const flush = async () => {
        if (batch.length === 0) return;
        await em.upsertMany(
          PortfolioDayRow,
          batch.map((row) => ({ ...row, portfolioId, ownerId, writtenAt })),
          { onConflictFields: ['portfolioId', 'day'], onConflictAction: 'merge' },
        );
        em.clear();
        written += batch.length;
        batch = [];
      };
      for await (const day of days) {
        const row = rowOf(day);
        count += 1;
        const digest = stored.get(row.day);
        stored.delete(row.day);
        if (digest === row.digest) continue;
        from ??= row.day;
        batch.push(row);
        if (batch.length === rowsAtOnce) await flush();
      }
      await flush();
      const gone = [...stored.keys()].sort();
      if (gone.length > 0) {
        await em.nativeDelete(PortfolioDayRow, { portfolioId, day: { $in: gone } });
        from = from === null || gone[0]! < from ? gone[0]! : from;
      }
      await em.upsert(PortfolioSnapshot, { portfolioId, ownerId, ...state, refreshedAt: writtenAt });
      return { days: count, written: written + gone.length, from };
    });
  }
}

function rowOf(day: StoredDay) {
  const { btc, assets, unpriced, simulated } = day;
  const packed = {
    quantities: bytesOf(day.quantities),
    prices: bytesOf(day.prices),
    flows: bytesOf(day.flows),
    external: bytesOf(day.external),
    splits: bytesOf(day.splits),
  };
  const rest = { day: utcDate(day.day), btc: Number.isNaN(btc) ? null : btc, assets, unpriced, simulated };
  const digest = sha256(JSON.stringify([rest, ...Object.values(packed).map((bytes) => bytes.toString('base64'))]));
  return { ...rest, ...packed, digest };
}

const bytesOf = (values: Float64Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** A buffer of its own: the driver's may begin anywhere within a larger one. */
const doublesOf = (bytes: Buffer): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);
