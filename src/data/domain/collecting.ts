import type {
  AssetCollection,
  CollectionReport,
  FetchedBars,
  HistoryPart,
  PlannedSeries,
  SeriesLeft,
  SourceAttempt,
  SourceFetched,
} from '../data.contract.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, minuteMs, startOfUtcDay, toIso, type EpochMs } from '../../shared/time.js';
import { intervalMs } from './candle.js';

/** Refused rows that a report shows. */
const refusedShown = 20;
/** So long a wait that a source asks for is waited; a longer one is told as it is. */
export const longestWaitMs = 5 * minuteMs;

/** A source that was asked and said what it has, or that it has nothing. */
const hasAnswered = (outcome: SourceAttempt['outcome']): boolean => outcome === 'ok' || outcome === 'empty';

/** A source that may have the bars and could not be asked: "could not ask" is never "there is nothing". */
export const couldNotBeAsked = ({ outcome }: Pick<SourceAttempt, 'outcome'>): boolean =>
  outcome === 'unavailable' || outcome === 'rateLimited';

/** Whether the source said anything at all: what was never sent says nothing about the way to it. */
export const wasReached = ({ outcome }: Pick<SourceAttempt, 'outcome'>): boolean =>
  hasAnswered(outcome) || outcome === 'badAnswer';

/** Whether a source that could not be asked is worth another question within minutes. */
const isWorthAnother = (fetched: SourceFetched): boolean =>
  couldNotBeAsked(fetched) && !((fetched.retryAfterMs ?? 0) > longestWaitMs);

/** What a source gave that gave nothing. */
export const gaveNothing = (
  said: Pick<FetchedBars, 'outcome' | 'detail' | 'retryAfterMs'>,
  milliseconds = 0,
): FetchedBars => ({
  ...said,
  milliseconds,
  isCurrent: false,
  series: null,
  simulated: false,
  rowsRead: 0,
  rowsNew: 0,
  rowsRevised: 0,
  rowsRefused: 0,
  refused: [],
});

/** What came of a source that could not be reached at all. */
export const unreached = (why: string): FetchedBars => gaveNothing({ outcome: 'unavailable', detail: why });

/** What a source has given so far, with one part more. */
export function withPart(sum: SourceFetched | undefined, source: string, part: FetchedBars): SourceFetched {
  if (!sum) return { ...part, source };
  const detail = part.detail ?? (hasAnswered(part.outcome) ? sum.detail : undefined);
  return {
    source,
    outcome: part.outcome === 'empty' && sum.series !== null ? 'ok' : part.outcome,
    ...(detail !== undefined && { detail }),
    ...(part.retryAfterMs !== undefined && { retryAfterMs: part.retryAfterMs }),
    milliseconds: sum.milliseconds + part.milliseconds,
    isCurrent: part.isCurrent,
    series: part.series ?? sum.series,
    simulated: sum.simulated || part.simulated,
    rowsRead: sum.rowsRead + part.rowsRead,
    rowsNew: sum.rowsNew + part.rowsNew,
    rowsRevised: sum.rowsRevised + part.rowsRevised,
    rowsRefused: sum.rowsRefused + part.rowsRefused,
    refused: [...sum.refused, ...part.refused].slice(0, refusedShown),
  };
}

/**
 * The oldest part of a window that is asked for at once. It ends at 00:00 UTC or with the window, so that no bar lies
 * across the border of two parts.
 */
function firstPart(window: HistoryPart, partDays: number): HistoryPart {
  const { from, to } = window;
  if (from === null) return window;
  const end = startOfUtcDay(Date.parse(from)) + partDays * dayMs;
  return end < Date.parse(to) ? { from, to: toIso(end) } : window;
}

/** Parts that a window is asked for in. */
function partsIn({ from, to }: HistoryPart, partDays: number): number {
  if (from === null) return 1;
  const days = (Date.parse(to) - startOfUtcDay(Date.parse(from))) / dayMs;
  return Math.max(1, Math.ceil(days / partDays));
}

/** What is missing after the first part has been fetched. */
const withoutFirst = ([first, ...rest]: readonly HistoryPart[], { to }: HistoryPart): HistoryPart[] =>
  first && Date.parse(to) < Date.parse(first.to) ? [{ from: to, to: first.to }, ...rest] : rest;

/** All parts that a window is asked for in, oldest first. */
export function partsOf(window: HistoryPart, partDays: number): HistoryPart[] {
  const parts: HistoryPart[] = [];
  for (let left = [window]; left[0]; left = withoutFirst(left, parts.at(-1)!)) parts.push(firstPart(left[0], partDays));
  return parts;
}

/** One part of one source's history that is still to be asked for. */
interface Question {
  readonly source: string;
  readonly taskQueue: string;
  readonly part: HistoryPart;
  /** As in the plan; null once the source has answered: which series is its own is known then. */
  readonly completes: string | null;
  /** Sources that have given all that was asked of them by now. */
  readonly votes: number;
}

/** What is to be asked next for a series; undefined when it has its votes, or nobody is left. */
export function nextQuestion(series: SeriesLeft): Question | undefined {
  const votes = votesOf(series);
  for (const { source, taskQueue, completes, missing, partDays } of series.sources) {
    const fetched = series.asked.find((one) => one.source === source);
    const [window] = missing;
    if (!window || (fetched && !hasAnswered(fetched.outcome))) continue;
    // what was begun is brought to its end; a source that nobody asked yet is spared once the votes are there
    if (!fetched && votes >= series.votes) continue;
    const part = firstPart(window, partDays);
    return { source, taskQueue, part, completes: fetched?.series ? null : completes, votes };
  }
  return undefined;
}

/** Sources that gave all that was asked of them, up to the as-of. */
const votesOf = ({ sources, asked }: SeriesLeft): number =>
  asked.filter(
    ({ source, outcome, isCurrent }) =>
      isCurrent && hasAnswered(outcome) && !sources.some((one) => one.source === source && one.missing.length > 0),
  ).length;

/** The series after an answer: the part is done when the source has answered, else it stays to be asked again. */
export function afterAnswer(
  series: SeriesLeft,
  { source, part }: Pick<Question, 'source' | 'part'>,
  fetched: FetchedBars,
): SeriesLeft {
  const before = series.asked.find((one) => one.source === source);
  const sum = withPart(before, source, fetched);
  return {
    ...series,
    sources: hasAnswered(fetched.outcome)
      ? series.sources.map((one) =>
          one.source === source ? { ...one, missing: withoutFirst(one.missing, part) } : one,
        )
      : series.sources,
    asked: before ? series.asked.map((one) => (one === before ? sum : one)) : [...series.asked, sum],
  };
}

/** The series as if those that could not be asked had answered so far; undefined when there are none. */
export function toAskAgain(series: SeriesLeft): SeriesLeft | undefined {
  if (!series.asked.some(isWorthAnother)) return undefined;
  const asked = series.asked.map((one) => (isWorthAnother(one) ? { ...one, outcome: 'empty' as const } : one));
  return { ...series, asked };
}

export const unasked = (planned: PlannedSeries): SeriesLeft => ({ ...planned, asked: [] });

/** Parts that are still to be asked for as it looks now: of sources that were begun, and of the next ones for the votes. */
export function partsLeft(series: SeriesLeft): number {
  let wanted = series.votes - votesOf(series);
  let parts = 0;
  for (const source of series.sources) {
    const fetched = series.asked.find((one) => one.source === source.source);
    if ((fetched && !hasAnswered(fetched.outcome)) || source.missing.length === 0 || (wanted <= 0 && !fetched))
      continue;
    parts += source.missing.reduce((sum, window) => sum + partsIn(window, source.partDays), 0);
    wanted -= 1;
  }
  return parts;
}

/** Parts that were answered within a time. */
interface Pace {
  readonly ms: number;
  readonly parts: number;
}

/** Budgets renew by the minute, so a minute is what the recent pace is measured over. */
const recentMs = minuteMs;
/** Before that the last minute is one in which a budget was not drained yet: it says nothing about the next ones. */
const tellingMs = 1.5 * minuteMs;
const tellingParts = 5;

/** Of the instants of answers, oldest first, those that make the recent pace: of the last minute, and five at least. */
export function recentAnswers(answeredAt: readonly EpochMs[], now: EpochMs): readonly EpochMs[] {
  const first = answeredAt.findIndex((at) => at >= now - recentMs);
  return answeredAt.slice(Math.max(0, Math.min(first < 0 ? Infinity : first, answeredAt.length - tellingParts - 1)));
}

/**
 * `about 3 min left`, at the slower of the whole pace and the recent one; empty while they say nothing about what is
 * left.
 */
export function timeLeft(whole: Pace, recent: Pace, left: number): string {
  if (left === 0 || whole.ms < tellingMs || whole.parts < tellingParts || recent.parts === 0) return '';
  const minutes = Math.max(whole.ms / whole.parts, recent.ms / recent.parts) * (left / minuteMs);
  if (minutes < 1) return 'less than a minute left';
  return minutes < 120 ? `about ${Math.ceil(minutes)} min left` : `about ${Math.ceil(minutes / 60)} h left`;
}

/** The report in the order of the assets and, of one asset, of the intervals' lengths. */
export const reportOf = (done: readonly AssetCollection[], assets: readonly AssetId[]): CollectionReport => ({
  assets: done.toSorted(
    (a, b) => assets.indexOf(a.assetId) - assets.indexOf(b.assetId) || intervalMs[a.interval] - intervalMs[b.interval],
  ),
});

/** Who was asked, and who was not and why, in the order of the sources. */
export const attemptsOf = (fetched: readonly SourceFetched[], spared: readonly SourceAttempt[]): SourceAttempt[] => [
  ...fetched.map(({ source, outcome, detail, milliseconds }) => ({
    source,
    outcome,
    ...(detail !== undefined && { detail }),
    milliseconds,
  })),
  ...spared,
];

/** A job shows the reason in a line or two; the whole of it stands in the attempts. */
const longestReason = 300;
const assetsNamed = 5;

/**
 * What a person needs of a detail: not the address, which is one asset's, nor the source and the outcome, which stand
 * beside it.
 */
export function briefly(detail: string, most = Infinity): string {
  const inner = /^\S+ (?:unavailable|rateLimited) \((.*)\)$/s.exec(detail)?.[1] ?? detail;
  const text = inner
    .replace(/https?:\/\/\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** `BTC, ETH, SPY, QQQ, SOL and 3 more`. */
const named = (assets: readonly AssetId[]): string =>
  assets.length <= assetsNamed + 1
    ? assets.join(', ')
    : `${assets.slice(0, assetsNamed).join(', ')} and ${assets.length - assetsNamed} more`;

/** The first text that is short enough, of those with ever less of what the sources said; cut when none is. */
function shortEnough(textWith: (characters: number) => string): string {
  const texts = [120, 60, 30, 0].map(textWith);
  const text = texts.find(({ length }) => length <= longestReason) ?? texts.at(-1)!;
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}

/** What happened last at a source that rests after failures; how often, and until when, stands in its attempts. */
const lastFailure = (detail: string): string =>
  briefly(detail)
    .replace(/^failed \d+ times in a row, the last time: (.*?)(?:; the next request may be sent .*)?$/s, '$1')
    .replace(/^failed: /, '');

/**
 * `binance unavailable (status 503); polygon missingKey`: each source once, as it said it of the first asset. Where there
 * is little room, only those that could not be asked.
 */
function whatSourcesSaid(attempts: readonly SourceAttempt[], characters: number): string {
  const away = attempts.filter(couldNotBeAsked);
  const first = new Map<string, SourceAttempt>();
  for (const one of characters < 60 ? away : [...away, ...attempts]) {
    if (!first.has(one.source)) first.set(one.source, one);
  }
  return [...first.values()]
    .map((one) => {
      const { source, outcome, detail = '' } = one;
      const said = couldNotBeAsked(one) && characters > 0 ? briefly(lastFailure(detail), characters) : '';
      return `${source} ${outcome}${said === '' ? '' : ` (${said})`}`;
    })
    .join('; ');
}

/** Whether somebody could not be asked, or nobody has it, and what every source said; at most 300 characters. */
export interface NothingCame {
  readonly type: 'SourceUnavailable' | 'RateLimited' | 'PricesMissing';
  readonly reason: string;
}

/** Why nothing came of assets that have no series; undefined when there are none. */
export function whyNothingCame(
  missing: readonly Pick<AssetCollection, 'assetId' | 'attempts'>[],
): NothingCame | undefined {
  if (missing.length === 0) return undefined;
  const away = missing.filter(({ attempts }) => attempts.some(couldNotBeAsked));
  if (away.length > 0) {
    const assets = named([...new Set(away.map(({ assetId }) => assetId))]);
    const all = away.flatMap(({ attempts }) => attempts);
    const isLimited = all.every(({ outcome }) => outcome !== 'unavailable');
    return {
      type: isLimited ? 'RateLimited' : 'SourceUnavailable',
      reason: shortEnough((characters) => `no prices of ${assets}: ${whatSourcesSaid(all, characters)}`),
    };
  }
  const reason = shortEnough((characters) => {
    if (characters === 0) return `no source has prices of ${named(missing.map(({ assetId }) => assetId))}`;
    const told = missing.map(({ assetId, attempts }) => {
      const said = attempts.map(
        ({ source, outcome, detail }) => `${source}: ${briefly(detail ?? outcome, characters)}`,
      );
      return `${assetId} (${said.join('; ') || 'no source offers it'})`;
    });
    return `no source has prices of ${told.join(', ')}`;
  });
  return { type: 'PricesMissing', reason };
}
