import type { AssetCollection, Decision, DecisionEvent, Job, Optimization, Pipeline } from '../../../tools/demo/api.js';
import {
  collectionLines,
  decisionLines,
  signalLines,
  simulatedBanner,
  table,
  trailLines,
  weightLines,
  whereToLook,
  workflowUrl,
} from '../../../tools/demo/print.js';
import { reportOf } from '../../../tools/demo/report.js';

const asset: AssetCollection = {
  asset_id: 'BTC',
  source: 'csv:cmc-usd',
  quote_currency: 'USD',
  adjustment: 'unknown',
  interval: '1d',
  simulated: false,
  rows_read: 2990,
  rows_new: 2990,
  rows_revised: 0,
  rows_refused: 3,
  refused: [{ where: 'BTC-USD.csv:17', reason: 'high 1 is below low 2' }],
  rows_stored: 2990,
  first_open_time: '2013-04-29T00:00:00Z',
  last_open_time: '2021-07-06T00:00:00Z',
  votes: 1,
  disputed_bars: 0,
  missing_bars: 2,
  wanted_from: null,
  missing_before_first: null,
  why_not_earlier: null,
  fresh: true,
  attempts: [
    { source: 'csv:other', outcome: 'unknownAsset', detail: null, milliseconds: 1 },
    { source: 'binance', outcome: 'unavailable', detail: 'status 502', milliseconds: 1 },
    { source: 'csv:cmc-usd', outcome: 'ok', detail: null, milliseconds: 20 },
  ],
};
const pipeline: Pipeline = {
  id: 'p',
  job_id: 'j',
  portfolio_id: 'f',
  as_of: '2021-07-07T00:00:00Z',
  rehearsal: true,
  simulated: false,
  collection: { assets: [asset] },
  signals: {
    items: [
      {
        id: 's',
        portfolio_id: 'f',
        pipeline_id: 'p',
        run_id: null,
        state: 'live',
        held_back: null,
        bias_flags: [],
        as_of: '2021-07-07T00:00:00Z',
        rehearsal: true,
        simulated: false,
        rule_version: 1,
        take_profit_pct: 10,
        stop_loss_pct: 3,
        evidence: {
          rule: 'breakout',
          reason: 'close 34240 is above 34000, the highest of 20 bars',
          findings: [],
          trend: 'up',
          volatility: null,
          range: 0.02,
          range_from: 'true_range',
          interval: '1d',
          periods_per_year: 365,
          bars: 120,
          first_bar: '2021-03-09T00:00:00Z',
          last_bar: '2021-07-06T00:00:00Z',
          bars_sha256: 'b848fdbaf5aad93ed48fcdf79820e040f6c5837f7cec30250ccffc894f21d22a',
          risk_fraction: 0.01,
          size_limited_by: 'risk',
          cost_rate: 0.0015,
          risk_reward_after_costs: 1.8,
        },
        series: { source: 'csv:cmc-usd', quote_currency: 'USD', adjustment: 'unknown' },
        served: { arm: 'rules', confidence: 0.7, position_size_pct: 0.02, cancelled: false },
        opinion: null,
        settlement: null,
        asset_id: 'BTC',
        category: 'swing',
        direction: 'buy',
        entry_price: 34235.19345116,
        take_profit: 37658.7,
        stop_loss: 33208.1,
        risk_reward_ratio: 3.333,
        position_size_pct: 0.02,
        strength: 'strong',
        confidence: 0.7,
        expires_at: '2021-07-12T00:00:00Z',
      },
    ],
    withheld: [{ asset_id: 'SPY', category: 'swing', reason: 'trend is flat' }],
  },
  optimization_id: 'o',
  decision_id: 'd',
  created_at: '2026-11-25T12:00:00Z',
};
const optimization: Optimization = {
  id: 'o',
  state: 'solved',
  reason: null,
  portfolio_id: 'f',
  as_of: '2021-07-07T00:00:00Z',
  as_known_at: null,
  rehearsal: true,
  simulated: false,
  asset_volatilities: [],
  limits: [],
  policy: null,
  request: null,
  expected_return: null,
  sharpe_ratio: null,
  binding_limits: [
    {
      limit: 'BTC',
      side: 'min',
      shadow_price: 0.0123,
      words: 'allowing 1 point less BTC lowers yearly volatility by 0.0123 points',
    },
  ],
  projected: null,
  notes: [],
  alternative: null,
  choice: null,
  lots: null,
  infeasible: null,
  estimates: null,
  created_at: '2026-11-25T12:00:00Z',
  optimizer: { id: 'min_variance', version: 1 },
  weights: [
    { asset_id: 'BTC', weight: 0.5, min: 0.5, max: 0.6, binding: 'lower', shadow_price: 0.0123 },
    { asset_id: 'SPY', weight: 0.5, min: 0, max: 0.2, binding: null, shadow_price: 0 },
  ],
  volatility: 0.4321,
  certificate: {
    of: null,
    primal_residual: 1e-17,
    dual_residual: 2e-16,
    complementarity: 0,
    duality_gap: 3e-17,
    iterations: 4,
    condition_number: 120,
  },
  snapshot: {
    id: 'n',
    content_hash: 'abcdef0123456789',
    observations: 250,
    periods_per_year: 252,
    first_date: '2020-07-08',
    last_date: '2021-07-06',
    lookback_days: 365,
    series: [],
  },
};
const decision: Decision = {
  id: 'd',
  kind: 'target_allocation',
  state: 'awaiting_answer',
  portfolio_id: 'f',
  as_of: '2021-07-07T00:00:00Z',
  rehearsal: true,
  simulated: false,
  evidence: { pipeline_id: 'p', run_id: null, signals: [] },
  proposal: {
    optimization_id: 'o',
    prices_of: '2021-07-06',
    assumptions: [],
    hash: 'h',
    weights: [
      { asset_id: 'BTC', current_weight: 0.61234, target_weight: 0.5 },
      { asset_id: 'SPY', current_weight: null, target_weight: 0.5 },
    ],
  },
  opened_at: '2026-11-25T12:00:00Z',
  answer_by: '2026-11-28T12:00:00Z',
  answer: null,
};
const event = (sequence: number, kind: string): DecisionEvent => ({
  payload: {},
  sequence,
  kind,
  actor: 'local',
  recorded_at: '2026-11-25T12:00:01Z',
  prev_hash: sequence === 1 ? '0'.repeat(64) : 'aaaaaaaaaaaaaaaa',
  hash: 'bbbbbbbbbbbbbbbb',
});

test('the collection shows where prices came from, the counts, and each refused row', () => {
  expect(collectionLines(pipeline)).toEqual([
    '',
    'PRICES COLLECTED   *** REHEARSAL as of 2021-07-07T00:00:00Z, no advice for today ***',
    '  asset  source       prices in     good   new  revised  refused  stored  days',
    '  BTC    csv:cmc-usd  USD, unknown  2990  2990        0        3    2990  2013-04-29 … 2021-07-06',
    '  BTC: 1 source, nothing to compare with, 2 missing, fresh; answers of csv:cmc-usd in 20 ms',
    '  refused BTC-USD.csv:17: high 1 is below low 2',
    '  ... and 2 more rows of BTC refused',
    '  BTC at binance: unavailable (status 502)',
  ]);
});

test('what several sources say of an asset is told, and of an older report nothing', () => {
  const attempts = [
    { source: 'binance', outcome: 'ok', detail: null, milliseconds: 120 },
    { source: 'coingecko', outcome: 'ok', detail: null, milliseconds: 80 },
    { source: 'polygon', outcome: 'unknownAsset', detail: null, milliseconds: 0 },
  ];
  const linesOf = (more: Partial<AssetCollection>) =>
    collectionLines({
      ...pipeline,
      collection: { assets: [{ ...asset, attempts, refused: [], rows_refused: 0, ...more }] },
    });
  expect(linesOf({ votes: 2, disputed_bars: 3, missing_bars: 0, fresh: false }).at(-1)).toBe(
    '  BTC: 2 sources, 3 bars disputed, 0 missing, not fresh; answers of binance in 120 ms, coingecko in 80 ms',
  );
  expect(linesOf({ votes: null, disputed_bars: null, missing_bars: null, fresh: null })).toHaveLength(4);
});

test('signals show prices to six digits and say why others are withheld', () => {
  expect(signalLines({ ...pipeline, rehearsal: false })).toEqual([
    '',
    'SIGNALS (SWING)',
    '  asset  side    entry  take profit  stop loss  reward/risk    size  strength  confidence',
    '  BTC    buy   34235.2      37658.7    33208.1         3.33  2.00 %  strong          0.70',
    '  BTC is served by the rules; AI is not asked about a rehearsal',
    '  no signal for SPY: trend is flat',
  ]);
});

describe('a signal tells which arm is served and what AI said', () => {
  const signal = pipeline.signals!.items[0]!;
  const said = (change: Partial<typeof signal>, opinion?: Partial<NonNullable<(typeof signal)['opinion']>>) => {
    const whole: (typeof signal)['opinion'] = opinion
      ? {
          outcome: 'answered',
          asked: 'opinion',
          direction: 'sell',
          confidence: 0.5,
          model: 'a model',
          summary: 'because',
          answered_at: '2026-11-25T12:00:05Z',
          late: false,
          simulated: false,
          followed: { confidence: 0.6, position_size_pct: 0.015, cancelled: false },
          setting: 'by_record',
          mode: 'show',
          reasons: ['a reason'],
          recorded_at: '2026-11-25T12:00:06Z',
          ...opinion,
        }
      : null;
    const items = [{ ...signal, rehearsal: false, ...change, opinion: whole }];
    return signalLines({ ...pipeline, signals: { items, withheld: [] } }).at(-1);
  };
  const lowered = { confidence: 0.6, position_size_pct: 0.015, cancelled: false };

  test('that was shown only', () => {
    expect(said({}, {})).toBe(
      '  BTC is served by the rules; a model says sell with 0.50, which is shown only; followed in full: confidence 0.60, size 1.50 %',
    );
  });

  test('that lowered it, from the simulator, late', () => {
    const served = { arm: 'rules_and_ai' as const, ...lowered };
    expect(said({ served }, { mode: 'lower', simulated: true, late: true })).toBe(
      '  BTC is served by rules and AI, confidence 0.60, size 1.50 %; SIMULATED AI says sell with 0.50, late, which may only lower; followed in full: confidence 0.60, size 1.50 %',
    );
  });

  test('that cancelled it', () => {
    const cancelled = { ...lowered, cancelled: true };
    const served = { arm: 'rules_and_ai' as const, ...cancelled };
    expect(said({ served }, { mode: 'lower', followed: cancelled, model: null })).toBe(
      '  BTC is served by rules and AI, cancelled; fks_ai by its fixed rules says sell with 0.50, which may only lower; followed in full: cancelled',
    );
  });

  test('that never came, or not yet', () => {
    expect(said({}, { outcome: 'unanswered', reasons: ['no opinion: fks_ai is not configured'] })).toBe(
      '  BTC is served by the rules; no opinion: fks_ai is not configured',
    );
    expect(said({})).toBe(
      '  BTC is served by the rules; no opinion of AI yet, one that comes before the expiry is added',
    );
  });
});

test('weights show the binding limits with what each is worth in words, the sum, what they rest on, and the certificate', () => {
  expect(weightLines({ ...pipeline, rehearsal: false }, optimization, decision)).toEqual([
    '',
    'WEIGHTS (MIN_VARIANCE)',
    '  asset      now   target  allowed            limit',
    '  BTC    61.23 %  50.00 %  50.00 % … 60.00 %  lower limit binds',
    '  SPY          ?  50.00 %  0.00 % … 20.00 %',
    '  allowing 1 point less BTC lowers yearly volatility by 0.0123 points',
    '  sum 100.00 %; volatility 43.21 % a year, from 250 returns, 2020-07-08 … 2021-07-06 (snapshot abcdef012345)',
    '  certificate: primal residual 1.0e-17, dual residual 2.0e-16, complementarity 0.0e+0, duality gap 3.0e-17, condition 1.2e+2, 4 iterations',
  ]);
});

test('every section with numbers of a simulated run says so in capitals', () => {
  const run = { ...pipeline, simulated: true, rehearsal: false };
  const sections = [
    collectionLines(run),
    signalLines(run),
    weightLines(run, optimization, decision),
    decisionLines(run, decision),
    trailLines(run, decision, [event(1, 'proposed')]),
  ];
  for (const lines of sections) expect(lines[1]).toMatch(/\*\*\* SIMULATED PRICES \*\*\*$/);
  expect(simulatedBanner().some((line) => line.length > 60)).toBe(true);
  expect(simulatedBanner().join('\n')).toContain('SIMULATED PRICES');
});

test('the audit trail shows the chain of hashes', () => {
  const run = { ...pipeline, rehearsal: false };
  expect(trailLines(run, { ...decision, state: 'approved' }, [event(1, 'proposed'), event(2, 'approved')])).toEqual([
    '',
    'AUDIT TRAIL OF THE DECISION (NOW APPROVED)',
    '  #  recorded at           event     by     hash          of the one before',
    '  1  2026-11-25T12:00:01Z  proposed  local  bbbbbbbbbbbb  000000000000',
    '  2  2026-11-25T12:00:01Z  approved  local  bbbbbbbbbbbb  aaaaaaaaaaaa',
  ]);
});

test('where to look names the docs, the workflow and the call that answers', () => {
  const lines = whereToLook({
    apiUrl: 'http://127.0.0.1:8012',
    temporalUiUrl: 'http://127.0.0.1:8233',
    namespace: 'default',
    workflow: { id: 'pipeline:p', runId: 'r' },
    decisionId: 'd',
  }).join('\n');
  expect(lines).toContain('http://127.0.0.1:8012/docs');
  expect(lines).toContain('http://127.0.0.1:8233/namespaces/default/workflows/pipeline%3Ap/r/timeline');
  expect(lines).toContain('http://127.0.0.1:8012/api/v1/data/sources');
  expect(lines).toContain('http://127.0.0.1:8012/api/v1/data/quality');
  expect(lines).toContain('http://127.0.0.1:8012/api/v1/data/quarantine');
  expect(lines).toContain(
    `curl -s -X POST http://127.0.0.1:8012/api/v1/decisions/d/answer -H 'content-type: application/json' -d '{"choice":"approve"}'`,
  );
  expect(workflowUrl('http://ui', 'default', { id: 'a/b', runId: null })).toBe(
    'http://ui/namespaces/default/workflows/a%2Fb',
  );
});

test('a table is as wide as its widest cell and leaves no blanks at line ends', () => {
  expect(
    table(
      ['a', 'number'],
      [
        ['long cell', '1'],
        ['x', ''],
      ],
      [1],
    ),
  ).toEqual(['  a          number', '  long cell       1', '  x']);
});

test('the report holds the whole result, or as much of it as a failed run reached', () => {
  const steps = [{ step: 'PostgreSQL', seconds: 0.5 }];
  const job: Job = {
    id: 'j',
    kind: 'pipeline',
    progress: null,
    created_at: '2026-11-25T12:00:00Z',
    started_at: null,
    finished_at: null,
    state: 'succeeded',
    workflow_id: 'pipeline:p',
    run_id: 'r',
    result: '/x',
    problem: null,
  };
  const whole = reportOf(
    { job, pipeline, optimization, decision, events: [event(1, 'proposed')] },
    { data: 'csv:cmc-usd', steps, failure: null },
  );
  expect(whole).toMatchObject({
    outcome: 'succeeded',
    job_id: 'j',
    assets: [{ asset_id: 'BTC', source: 'csv:cmc-usd', rows_stored: 2990 }],
    weights: [{ asset_id: 'BTC', weight: 0.5 }, { asset_id: 'SPY' }],
    certificate: { duality_gap: 3e-17 },
    decision: { id: 'd', events: [{ kind: 'proposed' }] },
    seconds: { PostgreSQL: 0.5 },
  });
  expect(reportOf({ job }, { data: null, steps, failure: 'no source answered' })).toMatchObject({
    outcome: 'failed',
    failure: 'no source answered',
    job_id: 'j',
    assets: null,
    weights: null,
    decision: null,
  });
});
