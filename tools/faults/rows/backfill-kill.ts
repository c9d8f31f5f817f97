import { toIso, dayMs, utcDate } from '../../../src/shared/time.js';
import type { FaultOrder } from '../../market-simulator/faults.js';
import { windowNames } from '../../market-simulator/budgets.js';
import type { SimulatorStats } from '../../market-simulator/server.js';
import type { SourceName } from '../../market-simulator/source-names.js';
import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { compareTables, eraseTables, type Tables } from '../final-tables.js';
import { jsonOf } from '../caller.js';
import { type Lab, type LabSettings } from '../lab.js';
import { jobsAtTheirEnd, unsuccessful, type JobRow } from '../scenario.js';

/** What is collected, and how long it may take. */
export interface Backfill {
  readonly assets: readonly string[];
  readonly days: number;
  readonly patienceMs: number;
  /** Of the worker in one trial; what it was doing is noticed half a minute later. */
  readonly mostKills: number;
}

const sources: readonly SourceName[] = ['binance', 'yahoofinance', 'polygon'];
const intervals = ['1d', '1h'];
/** A run that was quicker than the undisturbed one may end before the instant drawn for it; then another is drawn. */
const draws = 5;

const twoYears: Backfill = {
  assets: ['BTC', 'ETH', 'SOL', 'XRP', 'LTC', 'SPY', 'QQQ', 'AAPL', 'MSFT', 'KO'],
  // a little less: an hour of two years ago is older than Yahoo's two years by the end of the run
  days: 727,
  patienceMs: 900_000,
  mostKills: 3,
};

/** Less than the backfill asks for within a minute: budgets are waited for. */
function tightSettings(): LabSettings {
  return {
    limits: { binance: { minute: 120 }, yahoofinance: { minute: 15 }, polygon: { minute: 7 } },
    environment: {
      FKS_SOURCES: sources.join(','),
      BINANCE_WEIGHT_PER_MINUTE: '120',
      YAHOOFINANCE_REQUESTS_PER_MINUTE: '15',
      POLYGON_REQUESTS_PER_MINUTE: '7',
    },
    marketNow: toIso(Math.floor(Date.now() / dayMs) * dayMs),
  };
}

/** What is wrong with the prices of the undisturbed run, too: a split, and a source that differs for a month. */
const faultsOfData = (asOf: number): FaultOrder[] => [
  ...(['yahoofinance', 'polygon'] as const).map((source) => ({
    source,
    kind: 'split' as const,
    asset: 'AAPL',
    on: utcDate(asOf - 60 * dayMs),
    ratio: 4,
  })),
  {
    source: 'polygon',
    kind: 'rewrite',
    asset: 'SPY',
    factor: 1.03,
    from: utcDate(asOf - 50 * dayMs),
    to: utcDate(asOf - 20 * dayMs),
  },
];

/** What is done to one trial, by instant as a fraction of the undisturbed run. */
interface Blow {
  readonly at: number;
  readonly fault: FaultOrder | 'kill';
}

/** Never so many that a source is given up: then another would be asked, and the tables be others. */
function blowsOf(chance: Chance, mostKills: number): Blow[] {
  const kills = Array.from({ length: Math.ceil(chance.next() * mostKills) }, (): Blow => {
    return { at: chance.between(0.02, 0.95), fault: 'kill' };
  });
  const faults = sources.flatMap((source): Blow[] => [
    { at: chance.between(0, 0.5), fault: { source, kind: '429', retryAfterSeconds: chance.next() < 0.5 ? 1 : 2 } },
    { at: chance.between(0, 0.9), fault: { source, kind: chance.next() < 0.5 ? '500' : 'cut' } },
    { at: chance.between(0, 0.9), fault: { source, kind: 'slow', seconds: chance.between(0.2, 2) } },
  ]);
  return [...kills, ...faults].sort((a, b) => a.at - b.at);
}

interface Run {
  readonly tables: Tables;
  readonly stats: SimulatorStats;
  readonly begin: number;
  readonly finished: number;
  readonly jobs: readonly JobRow[];
  readonly askedAgain: readonly string[];
  /** Of the kills that hit the run. */
  readonly kills: readonly number[];
}

async function run(
  lab: Lab,
  { assets, days, patienceMs }: Backfill,
  blows: readonly Blow[],
  duration: number,
): Promise<Run> {
  const asOf = Math.floor(Date.parse(lab.marketNow) / dayMs) * dayMs;
  await eraseTables(lab);
  await lab.market.forget();
  for (const order of faultsOfData(asOf)) await lab.market.fault(order);
  const body = { assets, intervals, from: utcDate(asOf - days * dayMs), as_of: utcDate(asOf - dayMs) };
  const begin = Date.now();
  const answer = await lab.api.send('POST', '/api/v1/data/collections', { body, key: 'backfill' });
  jsonOf(answer, 202, 'POST /api/v1/data/collections');
  const instants: number[] = [];
  for (const { at, fault } of blows) {
    await lab.pause(Math.max(0, begin + at * duration - Date.now()));
    if (fault !== 'kill') await lab.market.fault(fault);
    else {
      instants.push(Date.now());
      await lab.killWorker();
      lab.startWorker();
    }
  }
  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const finished = Number(jobs[0]?.finished_at ?? Number.NaN);
  const [tables, askedAgain, stats] = [await readResult(lab), await repeatedQuestions(lab), await lab.market.stats()];
  // a worker that is killed with nothing to do tells nothing
  return { tables, stats, begin, finished, jobs, askedAgain, kills: instants.filter((at) => !(at >= finished)) };
}

/** What came of it: bars of each series as a digest, without when they were stored. */
async function readResult(lab: Lab): Promise<Tables> {
  const rows = async (sql: string) => (await lab.sql<{ row: string }>(sql)).map(({ row }) => row);
  const candles = await rows(`
    select to_jsonb(s)::text as row from (
      select asset_id, interval, source, quote_currency, adjustment, count(*) as bars, md5(string_agg(
        (to_jsonb(c) - array['known_at'])::text, ';' order by open_time, revision)) as digest
      from candle as c group by 1, 2, 3, 4, 5) as s`);
  const without = `array['id', 'opened_at', 'closed_at', 'known_at']`;
  return new Map([
    ['candle', candles],
    ['disputed_bar', await rows(`select (to_jsonb(t) - ${without})::text as row from disputed_bar as t`)],
    ['corporate_action', await rows(`select (to_jsonb(t) - ${without})::text as row from corporate_action as t`)],
  ]);
}

/** Parts of a history that were stored and yet asked for once more. */
async function repeatedQuestions(lab: Lab): Promise<string[]> {
  const rows = await lab.sql<{ what: string; times: number }>(`
    select concat_ws(' ', source, asset_id, interval, from_time, to_time) as what, count(*)::int as times
    from source_attempt where outcome = 'ok'
    group by collection_id, source, asset_id, interval, from_time, to_time having count(*) > 1`);
  return rows.map(({ what, times }) => `${what} was answered ${times} times`);
}

function overBudget({ sources: counts }: SimulatorStats): string[] {
  return Object.entries(counts).flatMap(([source, { overLimit, largest, limits }]) => [
    ...(overLimit > 0 ? [`${source} had to refuse ${overLimit} requests`] : []),
    ...windowNames.flatMap((window) => {
      const [asked, limit] = [largest[window] ?? 0, limits[window] ?? Infinity];
      return asked > limit ? [`${source} was asked ${asked} within a ${window}, where ${limit} are allowed`] : [];
    }),
  ]);
}

const requestsOf = ({ sources: counts }: SimulatorStats) =>
  Object.values(counts).reduce((sum, { requests }) => sum + requests, 0);

async function undisturbedRun(lab: Lab, backfill: Backfill): Promise<Run> {
  const undisturbed = await run(lab, backfill, [], 0);
  const wrong = [...unsuccessful(undisturbed.jobs), ...overBudget(undisturbed.stats), ...undisturbed.askedAgain];
  if (wrong.length > 0) throw new Error(`the undisturbed run failed: ${wrong.join('; ')}`);
  for (const table of ['candle', 'disputed_bar', 'corporate_action']) {
    if (undisturbed.tables.get(table)?.length === 0) throw new Error(`the undisturbed run left no row of ${table}`);
  }
  return undisturbed;
}

async function trial(lab: Lab, backfill: Backfill, undisturbed: Run, chance: Chance): Promise<TrialOutcome> {
  const duration = undisturbed.finished - undisturbed.begin;
  for (let draw = 1; ; draw++) {
    const disturbed = await run(lab, backfill, blowsOf(chance, backfill.mostKills), duration);
    const [firstKill] = disturbed.kills;
    if (firstKill === undefined) {
      if (draw === draws) throw new Error(`the run ended before the first kill ${draws} times`);
      continue;
    }
    const lost = unsuccessful(disturbed.jobs);
    const { differences, duplicates, words } = compareTables(undisturbed.tables, disturbed.tables);
    return {
      acknowledgedLost: disturbed.jobs.length === 1 ? 0 : 1,
      duplicateEffects: duplicates + disturbed.askedAgain.length,
      jobsLost: lost.length,
      differences,
      complaints: [...lost, ...words, ...disturbed.askedAgain, ...overBudget(disturbed.stats)],
      measured: {
        'undisturbed s': duration / 1_000,
        kills: disturbed.kills.length,
        'first kill after s': (firstKill - disturbed.begin) / 1_000,
        'whole run s': (disturbed.finished - disturbed.begin) / 1_000,
        'requests of the undisturbed run': requestsOf(undisturbed.stats),
        requests: requestsOf(disturbed.stats),
      },
    };
  }
}

/** The row with another amount of data, and the settings of the stack that it is to run on. */
export const backfillKillOf = (backfill: Backfill, settings?: () => LabSettings): StackRow => ({
  name: 'backfill-kill',
  fault: `the worker is killed with -9 up to ${backfill.mostKills} times, at random instants of a backfill of ${backfill.assets.length} assets and ${backfill.days} days, by day and by hour, from ${sources.length} sources that refuse, fail, cut off and dawdle now and then, and is started again at once`,
  promise:
    'bars, disputes and corporate actions are those of the undisturbed run, no source is asked beyond its budget, and nothing that is stored is asked for again',
  trialsPerStack: 10,
  ...(settings && { settings }),
  async prepare(lab) {
    const undisturbed = await undisturbedRun(lab, backfill);
    return (chance) => trial(lab, backfill, undisturbed, chance);
  },
});

export const backfillKill = backfillKillOf(twoYears, tightSettings);
