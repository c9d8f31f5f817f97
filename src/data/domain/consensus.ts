import type { AssetClass } from './asset.js';
import type { QuoteCurrency } from './candle.js';
import { median } from './quality.js';

/** What one source says of one bar. */
export interface Vote {
  /** Name under which the bar is stored. */
  readonly source: string;
  readonly revision: number;
  /** As stored. */
  readonly close: string;
  readonly quoteCurrency: QuoteCurrency;
  /** In USD: what is compared. */
  readonly usd: number;
  /** How USDT became USD: by a stored bar, or taken for one dollar because none is stored; null for a USD bar. */
  readonly conversion: 'stored' | 'assumed' | null;
  /** Relative distance from the median. */
  readonly deviation: number;
}

export const disputeStates = ['open', 'released', 'discarded', 'superseded'] as const;
type DisputeState = (typeof disputeStates)[number];

/** A stored bar of one source, before it is compared. */
export type Ballot = Pick<Vote, 'source' | 'revision' | 'close' | 'quoteCurrency'>;

/** How far from the median a close may lie, as a fraction of it. */
export const tolerances: Readonly<Record<AssetClass, number>> = {
  // venues trade coins apart by some tenths of a percent
  crypto: 0.01,
  stock: 0.005,
  etf: 0.005,
  cash: 0,
};

export type Verdict =
  /** Nobody to compare with. */
  | { readonly kind: 'alone'; readonly votes: readonly Vote[] }
  | { readonly kind: 'agreed'; readonly votes: readonly Vote[] }
  | {
      readonly kind: 'disputed';
      readonly votes: readonly Vote[];
      /** Names under which the bars outside the tolerance are stored; with two votes both, since nobody knows better. */
      readonly heldBack: readonly string[];
      readonly reason: string;
    };

/**
 * What the sources' closes of one bar are worth together. `usdt` is the price of one USDT in USD at the end of the bar;
 * undefined when none is stored, one dollar is then assumed.
 */
export function judge(assetClass: AssetClass, ballots: readonly Ballot[], usdt: number | undefined): Verdict {
  const inUsd = ballots.map((ballot) => ({ ...ballot, ...converted(ballot, usdt) }));
  const middle = median(inUsd.map(({ usd }) => usd));
  const votes = inUsd
    .map((vote) => ({ ...vote, deviation: Math.abs(vote.usd - middle) / middle }))
    .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  if (votes.length < 2) return { kind: 'alone', votes };
  const tolerance = tolerances[assetClass];
  const outside = votes.filter(({ deviation }) => !(deviation <= tolerance));
  if (outside.length === 0) return { kind: 'agreed', votes };
  const heldBack = (votes.length === 2 ? votes : outside).map(({ source }) => source);
  return { kind: 'disputed', votes, heldBack, reason: reasonOf(votes, middle, tolerance) };
}

function converted({ close, quoteCurrency }: Ballot, usdt: number | undefined): Pick<Vote, 'usd' | 'conversion'> {
  if (quoteCurrency === 'USD') return { usd: Number(close), conversion: null };
  return usdt === undefined
    ? { usd: Number(close), conversion: 'assumed' }
    : { usd: Number(close) * usdt, conversion: 'stored' };
}

function reasonOf(votes: readonly Vote[], middle: number, tolerance: number): string {
  const said = votes.map(({ source, close, quoteCurrency, conversion, deviation }) => {
    const how = conversion === 'assumed' ? ', taken for as many USD' : '';
    return `${source} closes at ${close} ${quoteCurrency}${how} (${percent(deviation)} off)`;
  });
  return `${said.join(', ')}; the median is ${Number(middle.toPrecision(10))} USD, ${percent(tolerance)} is allowed`;
}

const percent = (fraction: number) => `${Number((fraction * 100).toPrecision(3))} %`;

/** What makes two votes on a bar the same: who said what, and what it is worth in USD. */
export const votesKey = (votes: readonly Vote[]): (string | number)[][] =>
  votes.map(({ source, revision, close, usd }) => [source, revision, close, usd]);

/** Who closes disputes when no person does. */
export const consensusActor = 'consensus';

/** One opening of a dispute about a bar. */
export interface KnownDispute {
  readonly id: string;
  readonly state: DisputeState;
  readonly votesHash: string;
  /** Who closed it. */
  readonly closedBy: string | null;
}

/** What a verdict changes of what was found before. */
export interface DisputeChange {
  readonly changes: boolean;
  /** The verdict is a dispute that is not open yet, nor has a person decided about the same votes. */
  readonly isNew: boolean;
  /** Ids of the disputes that the new one replaces. */
  readonly supersede: readonly string[];
  /** Ids of the disputes that agreement ends. */
  readonly release: readonly string[];
}

/**
 * What becomes of a bar's disputes, which are known in the order in which they were opened. The same votes are told once
 * as long as they last, and what a person has decided about them stays; other votes replace an open dispute, and
 * agreement ends it. A disagreement that is there again is a new dispute. Where nobody is left to compare with, it stays
 * open.
 */
export function disputeChange(verdict: Verdict, votesHash: string, known: readonly KnownDispute[]): DisputeChange {
  const open = known.filter(({ state }) => state === 'open');
  const same = known.findLast((one) => one.votesHash === votesHash);
  const isEndedByItself = same !== undefined && same.state !== 'open' && same.closedBy === consensusActor;
  const isDisputed = verdict.kind === 'disputed';
  const isNew = isDisputed && (!same || isEndedByItself);
  const supersede = isDisputed ? open.filter(({ id }) => id !== same?.id).map(({ id }) => id) : [];
  const release = verdict.kind === 'agreed' ? open.map(({ id }) => id) : [];
  return { changes: isNew || supersede.length + release.length > 0, isNew, supersede, release };
}

/** How a person may end a dispute. */
export type Ending = 'released' | 'discarded';

/**
 * Whose bars readers never get when a person ends a dispute so, or why it cannot end so.
 *
 * A release gives readers the bars of `source` and keeps those of the others out; with one side alone nobody need be
 * named. Giving back several sides at once would leave it to their order which of them readers get. A discard keeps out
 * the bars of `source`, or of all sides; the one that is left over, if any, is given back.
 */
export function keptOutBy(
  ending: Ending,
  sides: readonly string[],
  source: string | undefined,
): { readonly keptOut: readonly string[] } | { readonly why: string } {
  const names = sides.join(', ');
  if (source === undefined) {
    if (ending === 'discarded') return { keptOut: sides };
    return sides.length === 1 ? { keptOut: [] } : { why: `is missing: whose bar shall readers get, of ${names}` };
  }
  if (!sides.includes(source)) return { why: `is none of those that are held back: ${names}` };
  const others = sides.filter((one) => one !== source);
  if (ending === 'released') return { keptOut: others };
  return others.length < 2
    ? { keptOut: [source] }
    : { why: `leaves ${others.join(', ')}, who may disagree: release the one that is right, or discard all` };
}

/** Whose bars are kept out, as far as they were voted on. */
export interface HeldVotes {
  readonly keptOut: readonly string[];
  readonly votes: readonly Vote[];
}

/** The bars that have a vote: those that nobody has discarded. A later revision of a discarded bar votes again. */
export const votersOf = (ballots: readonly Ballot[], decided: readonly HeldVotes[]): Ballot[] =>
  ballots.filter(
    ({ source, revision }) =>
      !decided.some(
        ({ keptOut, votes }) =>
          keptOut.includes(source) && votes.some((vote) => vote.source === source && vote.revision >= revision),
      ),
  );
