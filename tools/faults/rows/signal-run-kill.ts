import type { StackRow } from '../fault-row.js';
import { eraseTables, type Tables } from '../final-tables.js';
import { jsonOf } from '../caller.js';
import { asOf, type Lab } from '../lab.js';
import { killedRuns } from '../killed-run.js';
import { makePortfolio } from '../scenario.js';

/** Prices and portfolios are the same in all trials. */
const stays = [
  'account',
  'candle',
  'holding',
  'ledger_transaction',
  'policy',
  'policy_rollout',
  'policy_version',
  'portfolio',
  'portfolio_policy',
];
/** All bars are over by it. */
const last = '2025-07-01T00:00:00Z';
/** Of each series the bar this many before the last comes late. */
const lateBar = 7;

/** Waves of different lengths, by asset: some give signals, some do not. */
const fill = `
  insert into candle
  select a.id, size.name, 'binance', 'USDT', 'raw', bar.open_time, 1, bar.price, bar.price * 1.01, bar.price * 0.99,
         bar.price * (1 + 0.004 * sin(bar.i * 1.7))::numeric, 1000, bar.open_time + size.step, bar.open_time + size.step
  from (values ('1m', interval '1 minute', 240), ('1h', interval '1 hour', 240), ('1d', interval '1 day', 400))
         as size (name, step, bars),
       asset as a,
       lateral (
         select i, $1::timestamptz - i * size.step as open_time,
                (100 + 20 * sin(i / 13.0 + a.position) + 5 * cos(i / 3.0))::numeric(20, 8) as price
         from generate_series(1, size.bars) as i
       ) as bar
  where a.id like 'KILL%' and bar.i <> ${lateBar}`;

/** Bars of the time before the as-of that nobody knew when the run began. */
const comeLate = `
  insert into candle
  select asset_id, "interval", source, quote_currency, adjustment, open_time - (open_time - before) / 2, 1,
         open, high * 2, low, close * 1.5, volume, available_at, clock_timestamp()
  from (
    select *, lag(open_time) over (partition by asset_id, "interval" order by open_time) as before from candle
    where asset_id like 'KILL%' and revision = 1
  ) as bar
  where open_time - before > 1.5 * (available_at - open_time)`;
const forget = `delete from candle where asset_id like 'KILL%' and known_at > available_at + interval '1 day'`;

async function prepareMarket(lab: Lab, assets: number): Promise<string> {
  await eraseTables(lab);
  await lab.sql(
    `insert into asset (id, asset_class, name, venues, aliases, enabled, priority, intervals, source_order, position, updated_at)
     select 'KILL' || i, 'crypto', 'KILL' || i, '{}', '[]', false, 3, '["1d"]', '[]', 1000 + i, now()
     from generate_series(1, $1::int) as i on conflict do nothing`,
    [assets],
  );
  await lab.sql(fill, [last]);
  return makePortfolio(lab, 'signal-run-kill', { BTC: '1', USD: '10000' });
}

async function startRun(lab: Lab, assets: number, portfolioId: string): Promise<{ begin: number }> {
  await lab.sql(forget);
  await eraseTables(lab, stays);
  const names = Array.from({ length: assets }, (_, i) => `KILL${i + 1}`);
  const begin = Date.now();
  const answer = await lab.api.send('POST', '/api/v1/signals/runs', {
    body: { portfolio_id: portfolioId, assets: names, as_of: asOf },
    key: 'signal-run-kill',
  });
  jsonOf(answer, 202, 'POST /api/v1/signals/runs');
  return { begin };
}

/** What is wrong with the outcomes of an undisturbed run; undefined when nothing is. */
function complaintAbout(tables: Tables, assets: number): string | undefined {
  const [signals, outcomes] = [tables.get('signal')!.length, tables.get('signal_outcome')!.length];
  if (signals === 0 || signals === outcomes) return `gave ${signals} signals of ${outcomes}`;
  return outcomes === 4 * assets ? undefined : `left ${outcomes} outcomes of ${assets} assets`;
}

/** Bars come late; what was stored by then is measured. */
async function meanwhile(lab: Lab) {
  const [run] = await lab.sql<{ id: string }>('select id from signal_run');
  // a run that is not frozen yet would rightly know them
  if (run) await lab.sql(comeLate);
  const [{ stored } = { stored: 0 }] = await lab.sql<{ stored: number }>(
    'select count(*)::int as stored from signal_outcome',
  );
  return { 'outcomes stored by then': stored, 'frozen by then': run ? 1 : 0 };
}

/** The row with another number of assets. */
export const signalRunKillOf = (assets: number): StackRow => ({
  name: 'signal-run-kill',
  fault: `the worker is killed with -9 at a random instant of a run of signals over ${assets} assets and 4 categories, bars of the past that nobody knew arrive, and it is started again`,
  promise: 'the job succeeds, and every signal and every reason is the one of an undisturbed run, once',
  trialsPerStack: 25,
  async prepare(lab) {
    const portfolioId = await prepareMarket(lab, assets);
    return killedRuns(lab, {
      start: () => startRun(lab, assets, portfolioId),
      besides: ['candle'],
      complaint: (tables) => complaintAbout(tables, assets),
      meanwhile: () => meanwhile(lab),
    });
  },
});

export const signalRunKill = signalRunKillOf(150);
