/** What was said about one trade, and what came. */
export interface Forecast {
  /** Whole points of 100: how probable it was called that the trade wins. */
  readonly points: number;
  readonly won: boolean;
}

/** One step of the reliability curve: forecasts from `from` on and below `to`; the last one holds 1, too. */
interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Null in an empty bin. */
  readonly meanConfidence: number | null;
  readonly winRate: number | null;
}

/**
 * How good forecasts of a yes or no were. `brier` = `reliability` - `resolution` + `uncertainty`, but for rounding.
 */
export interface Calibration {
  readonly count: number;
  /** Mean squared distance from what came (Brier, 1950): 0 is perfect, 0.25 what half and half always gives. */
  readonly brier: number;
  /** How far forecasts lie from how often it then came: 0 when they are calibrated. */
  readonly reliability: number;
  /** How far forecasts tell trades apart: larger is better. */
  readonly resolution: number;
  /** Of the outcomes themselves, which no forecast changes. */
  readonly uncertainty: number;
  readonly curve: readonly ReliabilityBin[];
}

const binCount = 10;
const pointsInBin = 100 / binCount;

interface Group {
  count: number;
  wins: number;
}

/**
 * Brier score with the partition of Murphy ("A New Vector Partition of the Probability Score", 1973) and the reliability
 * curve. The partition is taken over the distinct forecasts, of which there are 101 at the most, so that it adds up; over
 * bins it would leave a rest. Null without forecasts.
 */
export function calibrationOf(forecasts: readonly Forecast[]): Calibration | null {
  const count = forecasts.length;
  if (count === 0) return null;
  const groups = new Map<number, Group>();
  for (const { points, won } of forecasts) {
    const group = groups.get(points) ?? { count: 0, wins: 0 };
    group.count++;
    if (won) group.wins++;
    groups.set(points, group);
  }
  const base = sum(groups, (_, { wins }) => wins) / count;
  const mean = (term: (points: number, group: Group) => number) => sum(groups, term) / count;
  return {
    count,
    brier: mean((points, { count: n, wins }) => wins * (points / 100 - 1) ** 2 + (n - wins) * (points / 100) ** 2),
    reliability: mean((points, { count: n, wins }) => n * (points / 100 - wins / n) ** 2),
    resolution: mean((_, { count: n, wins }) => n * (wins / n - base) ** 2),
    uncertainty: base * (1 - base),
    curve: Array.from({ length: binCount }, (_, at) => binOf(groups, at)),
  };
}

function binOf(groups: ReadonlyMap<number, Group>, at: number): ReliabilityBin {
  const within = new Map(
    [...groups].filter(([points]) => Math.min(binCount - 1, Math.floor(points / pointsInBin)) === at),
  );
  const count = sum(within, (_, group) => group.count);
  return {
    from: at / binCount,
    to: (at + 1) / binCount,
    count,
    meanConfidence: count === 0 ? null : sum(within, (points, group) => points * group.count) / count / 100,
    winRate: count === 0 ? null : sum(within, (_, group) => group.wins) / count,
  };
}

/** In rising order of the forecasts, so that the order of rows changes no bit. */
function sum(groups: ReadonlyMap<number, Group>, term: (points: number, group: Group) => number): number {
  return [...groups].toSorted(([a], [b]) => a - b).reduce((total, [points, group]) => total + term(points, group), 0);
}
