import type { AssetCollection, Decision, DecisionEvent, Optimization, Pipeline } from './api.js';

/** Pure words: every function returns the lines that a person at the terminal reads. */

const glyphs: Record<string, [string, string, string, string, string]> = {
  S: [' ####', '#    ', ' ### ', '    #', '#### '],
  I: ['###', ' # ', ' # ', ' # ', '###'],
  M: ['#   #', '## ##', '# # #', '#   #', '#   #'],
  U: ['#   #', '#   #', '#   #', '#   #', ' ### '],
  L: ['#    ', '#    ', '#    ', '#    ', '#####'],
  A: [' ### ', '#   #', '#####', '#   #', '#   #'],
  T: ['#####', '  #  ', '  #  ', '  #  ', '  #  '],
  E: ['#####', '#    ', '###  ', '#    ', '#####'],
  D: ['#### ', '#   #', '#   #', '#   #', '#### '],
};

/** SIMULATED in letters that nobody overlooks. */
export function simulatedBanner(): string[] {
  const letters = Array.from('SIMULATED').map((letter) => glyphs[letter] ?? ['', '', '', '', '']);
  const rows = [0, 1, 2, 3, 4].map((row) => `  ${letters.map((letter) => letter[row]).join('  ')}`);
  return ['', ...rows, '', '  SIMULATED PRICES: made by the market simulator, not from any market.', ''];
}

/** What must be said wherever numbers of a run are shown; empty for real prices as of now. */
function warnings(run: { simulated: boolean | null; rehearsal: boolean; as_of: string }): string {
  return [
    ...(run.simulated ? ['SIMULATED PRICES'] : []),
    ...(run.rehearsal ? [`REHEARSAL as of ${run.as_of}, no advice for today`] : []),
  ].join(' · ');
}

function heading(title: string, run: { simulated: boolean | null; rehearsal: boolean; as_of: string }): string[] {
  const warning = warnings(run);
  return ['', warning ? `${title.toUpperCase()}   *** ${warning} ***` : title.toUpperCase()];
}

export function collectionLines(run: Pipeline): string[] {
  const assets = run.collection?.assets ?? [];
  const rows = assets.map((asset) => [
    asset.asset_id,
    asset.source ?? 'no source had it',
    [asset.quote_currency, asset.adjustment].filter(Boolean).join(', '),
    String(asset.rows_read),
    String(asset.rows_new),
    String(asset.rows_revised),
    String(asset.rows_refused),
    String(asset.rows_stored),
    asset.first_open_time ? `${asset.first_open_time.slice(0, 10)} … ${asset.last_open_time?.slice(0, 10)}` : '',
  ]);
  const titles = ['asset', 'source', 'prices in', 'good', 'new', 'revised', 'refused', 'stored', 'days'];
  return [
    ...heading('Prices collected', run),
    ...table(titles, rows, [3, 4, 5, 6, 7]),
    ...assets.flatMap(comparedLines),
    ...assets.flatMap(refusedLines),
    ...assets.flatMap(failedAttempts),
  ];
}

/** How the sources compare, and who was asked, in this order; nothing of a report from before sources were compared. */
function comparedLines({ asset_id: id, attempts, ...asset }: AssetCollection): string[] {
  const { votes, disputed_bars: disputed, missing_bars: missing, fresh } = asset;
  if (votes === null) return [];
  const asked = attempts
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ source, milliseconds }) => `${source} in ${milliseconds} ms`);
  const counts = [
    votes === 1 ? '1 source, nothing to compare with' : `${votes} sources, ${disputed ?? '?'} bars disputed`,
    `${missing ?? '?'} missing`,
    fresh ? 'fresh' : 'not fresh',
  ];
  return [`  ${id}: ${counts.join(', ')}; answers of ${asked.join(', ') || 'nobody'}`];
}

function refusedLines(asset: AssetCollection): string[] {
  const shown = asset.refused.map(({ where, reason }) => `  refused ${where}: ${reason}`);
  const more = asset.rows_refused - asset.refused.length;
  return more > 0 ? [...shown, `  ... and ${more} more rows of ${asset.asset_id} refused`] : shown;
}

const failedAttempts = (asset: AssetCollection): string[] =>
  asset.attempts
    // a source that does not have the asset is no news once another one had it
    .filter(
      ({ outcome }) => !['ok', ...(asset.source === null ? [] : ['unknownAsset', 'notOffered'])].includes(outcome),
    )
    .map(
      ({ source, outcome, detail }) => `  ${asset.asset_id} at ${source}: ${outcome}${detail ? ` (${detail})` : ''}`,
    );

export function signalLines(run: Pipeline): string[] {
  const rows = (run.signals?.items ?? []).map((signal) => [
    signal.asset_id,
    signal.direction,
    price(signal.entry_price),
    price(signal.take_profit),
    price(signal.stop_loss),
    signal.risk_reward_ratio.toFixed(2),
    percent(signal.position_size_pct),
    signal.strength,
    signal.confidence.toFixed(2),
  ]);
  const titles = [
    'asset',
    'side',
    'entry',
    'take profit',
    'stop loss',
    'reward/risk',
    'size',
    'strength',
    'confidence',
  ];
  const withheld = (run.signals?.withheld ?? []).map(
    ({ asset_id, reason }) => `  no signal for ${asset_id}: ${reason}`,
  );
  return [
    ...heading('Signals (swing)', run),
    ...(rows.length > 0 ? table(titles, rows, [2, 3, 4, 5, 6, 8]) : ['  none']),
    ...(run.signals?.items ?? []).map(servedWords),
    ...withheld,
  ];
}

type Signal = NonNullable<Pipeline['signals']>['items'][number];

/** Which arm is served, and what AI said. */
function servedWords({ asset_id: id, rehearsal, served, opinion }: Signal): string {
  const arm = served.arm === 'rules' ? 'the rules' : `rules and AI, ${numbersOf(served)}`;
  return `  ${id} is served by ${arm}; ${opinion ? opinionWords(opinion) : notAsked(rehearsal)}`;
}

const notAsked = (isRehearsal: boolean): string =>
  isRehearsal ? 'AI is not asked about a rehearsal' : 'no opinion of AI yet, one that comes before the expiry is added';

function opinionWords({ followed, direction, confidence, ...opinion }: NonNullable<Signal['opinion']>): string {
  if (opinion.outcome !== 'answered') return opinion.reasons.join('; ');
  const by = opinion.simulated ? 'SIMULATED AI' : (opinion.model ?? 'fks_ai by its fixed rules');
  const said = `${by} says ${direction} with ${confidence?.toFixed(2)}${opinion.late ? ', late' : ''}`;
  const most = { show: 'is shown only', lower: 'may only lower', lower_and_raise: 'may lower and raise' }[opinion.mode];
  return `${said}, which ${most}; followed in full: ${numbersOf(followed)}`;
}

const numbersOf = (arm: { confidence: number; position_size_pct: number; cancelled: boolean }): string =>
  arm.cancelled ? 'cancelled' : `confidence ${arm.confidence.toFixed(2)}, size ${percent(arm.position_size_pct)}`;

export function weightLines(run: Pipeline, optimization: Optimization, decision: Decision): string[] {
  const { proposal } = decision;
  if (!('weights' in proposal)) throw new Error(`decision ${decision.id} is about no weights`);
  const current = new Map(proposal.weights.map((weight) => [weight.asset_id, weight.current_weight]));
  const rows = optimization.weights.map((weight) => [
    weight.asset_id,
    percentOrUnknown(current.get(weight.asset_id)),
    percent(weight.weight),
    `${percent(weight.min)} … ${percent(weight.max)}`,
    weight.binding ? `${weight.binding} limit binds` : '',
  ]);
  const total = optimization.weights.reduce((sum, weight) => sum + weight.weight, 0);
  const { snapshot, certificate, volatility } = optimization;
  return [
    ...heading(`Weights (${optimization.optimizer.id})`, run),
    ...table(['asset', 'now', 'target', 'allowed', 'limit'], rows, [1, 2]),
    ...optimization.binding_limits.map(({ words }) => `  ${words}`),
    `  sum ${percent(total)}; volatility ${volatility === null ? 'unknown' : percent(volatility)} a year, from ` +
      `${snapshot.observations} returns, ${snapshot.first_date} … ${snapshot.last_date} (snapshot ${snapshot.content_hash.slice(0, 12)})`,
    ...(certificate
      ? [
          `  certificate: primal residual ${small(certificate.primal_residual)}, dual residual ${small(certificate.dual_residual)}, ` +
            `complementarity ${small(certificate.complementarity)}, duality gap ${small(certificate.duality_gap)}, ` +
            `condition ${certificate.condition_number === null ? 'singular' : small(certificate.condition_number)}, ${certificate.iterations} iterations`,
        ]
      : []),
    ...proposal.assumptions.map((assumption) => `  taken for granted: ${assumption}`),
  ];
}

export function decisionLines(run: Pipeline, decision: Decision): string[] {
  return [
    ...heading('Decision', run),
    `  ${decision.kind} ${decision.id}: ${decision.state.replace('_', ' ')}, to be answered by ${decision.answer_by}`,
  ];
}

export function trailLines(run: Pipeline, decision: Decision, events: readonly DecisionEvent[]): string[] {
  const rows = events.map((event) => [
    String(event.sequence),
    event.recorded_at,
    event.kind,
    event.actor,
    event.hash.slice(0, 12),
    event.prev_hash.slice(0, 12),
  ]);
  return [
    ...heading(`Audit trail of the decision (now ${decision.state.replace('_', ' ')})`, run),
    ...table(['#', 'recorded at', 'event', 'by', 'hash', 'of the one before'], rows, []),
  ];
}

/** Where to look while the stack is up. */
export function whereToLook(at: {
  apiUrl: string;
  temporalUiUrl: string | undefined;
  namespace: string;
  workflow: { id: string; runId: string | null } | undefined;
  decisionId: string;
}): string[] {
  const { apiUrl, temporalUiUrl, namespace, workflow, decisionId } = at;
  const history = workflow && temporalUiUrl && workflowUrl(temporalUiUrl, namespace, workflow);
  return [
    '',
    'WHERE TO LOOK',
    `  API docs      ${apiUrl}/docs`,
    ...(history ? [`  Temporal UI   ${history}`] : temporalUiUrl ? [`  Temporal UI   ${temporalUiUrl}`] : []),
    '  the market data: sources with their budgets, how good the histories are, what is held back:',
    `    ${apiUrl}/api/v1/data/sources`,
    `    ${apiUrl}/api/v1/data/quality`,
    `    ${apiUrl}/api/v1/data/quarantine`,
    '  answer the decision:',
    `    curl -s -X POST ${apiUrl}/api/v1/decisions/${decisionId}/answer -H 'content-type: application/json' -d '{"choice":"approve"}'`,
    '  its audit trail:',
    `    curl -s ${apiUrl}/api/v1/decisions/${decisionId}/events`,
  ];
}

export function workflowUrl(uiUrl: string, namespace: string, workflow: { id: string; runId: string | null }): string {
  const parts = [workflow.id, ...(workflow.runId ? [workflow.runId] : [])].map(encodeURIComponent).join('/');
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${parts}${workflow.runId ? '/timeline' : ''}`;
}

/** A table with two blanks between columns; the columns named in `right` are flush right. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string[] {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `  ${widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')}`.trimEnd();
  return [line(titles), ...rows.map(line)];
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
const percentOrUnknown = (fraction: number | null | undefined): string =>
  fraction === null || fraction === undefined ? '?' : percent(fraction);
const small = (value: number | null): string => (value === null ? 'none' : value.toExponential(1));
/** Six significant digits, without an exponent for any price one meets. */
const price = (value: number): string =>
  value.toLocaleString('en-US', { useGrouping: false, maximumSignificantDigits: 6 });
