import { toIso, type EpochMs } from '../../shared/time.js';
import { checkCandles, whyCandleIsRefused, type OfferedCandle } from './candle-checks.js';
import type { Candle, Interval } from './candle.js';
import { isHundredfold, UnitChangedError } from './unit-change.js';

/** How much of a history is looked at in one piece. */
export interface HistoryWindow {
  /** Rows that are held at most. */
  readonly rows: number;
  /** Rows that must follow before a row is believed, at least 2: one mistyped date must not cost all rows behind it. */
  readonly ahead: number;
}

/** A window is judged in one go: some milliseconds, for which nothing else is done. */
const usualWindow: HistoryWindow = { rows: 5_000, ahead: 500 };

/**
 * The believed bars of a history that is too long for memory, in parts; in each part the oldest bar comes first.
 *
 * Rows run from the oldest to the newest or the other way round, which the first window tells, and the parts come in the
 * order of the rows. A row is refused as `checkCandles` refuses one, where "twice" and "out of order" are judged within
 * the window and against all before it. One row whose close is a hundredfold of its neighbours', or their hundredth, is
 * refused; `refuse` is called once for each refused row, in the order of the rows.
 *
 * @throws UnitChangedError naming the first row in the other unit, when there are more of them: nobody can say which
 *   half is right
 */
export async function* believedParts<Row extends OfferedCandle>(
  rows: AsyncIterable<Row>,
  interval: Interval,
  now: EpochMs,
  refuse: (row: Row, reason: string) => void,
  window: HistoryWindow = usualWindow,
): AsyncGenerator<Candle[], void, undefined> {
  const judge = new Judge(interval, now, refuse, window);
  for await (const row of rows) {
    judge.add(row);
    if (!judge.isFull) continue;
    const part = judge.take(false);
    if (part.length > 0) yield part;
  }
  const rest = judge.take(true);
  if (rest.length > 0) yield rest;
}

class Judge<Row extends OfferedCandle> {
  /** Not decided yet, in the order of the file; what is wrong with a row by itself is known already. */
  private held: { readonly row: Row; readonly wrong: string | undefined }[] = [];
  private isFalling: boolean | undefined;
  /** The last row that was given out. */
  private edge: Row | undefined;

  constructor(
    private readonly interval: Interval,
    private readonly now: EpochMs,
    private readonly refuse: (row: Row, reason: string) => void,
    private readonly window: HistoryWindow,
  ) {}

  add(row: Row): void {
    this.held.push({ row, wrong: whyCandleIsRefused(row, this.interval, this.now) });
  }

  get isFull(): boolean {
    return this.held.length >= this.window.rows;
  }

  /** The bars that no later row can change; all of them when the rows have ended. */
  take(isEnd: boolean): Candle[] {
    const sound = this.held.filter(({ wrong }) => wrong === undefined).map(({ row }) => row);
    if (sound.length > 1) this.isFalling ??= fallsMore(sound);
    const reasons = this.whyOutOfOrder(sound);
    const believed = this.believedOf(
      sound.filter((row) => !reasons.has(row)),
      reasons,
      isEnd,
    );

    const ready = Math.max(believed.length - this.window.ahead, Math.floor(believed.length / 2));
    let decided = 1 + this.held.findIndex(({ row }) => row === believed[ready - 1]);
    // rows of which hardly one can be believed are not carried on for ever
    if (isEnd || this.held.length - decided > this.window.rows / 2) decided = this.held.length;
    const given: Row[] = [];
    for (const { row, wrong } of this.held.splice(0, decided)) {
      const reason = wrong ?? reasons.get(row);
      if (reason === undefined) given.push(row);
      else this.refuse(row, reason);
    }
    this.edge = given.at(-1) ?? this.edge;
    const candles = given.map(asCandle);
    return this.isFalling ? candles.reverse() : candles;
  }

  private whyOutOfOrder(rows: readonly Row[]): Map<Row, string> {
    const reasons = new Map<Row, string>();
    const byPlace = new Map<string, Row>();
    for (const row of rows) {
      const beyond = this.edge ? (row.openTime - this.edge.openTime) * (this.isFalling ? -1 : 1) : 1;
      if (beyond > 0) byPlace.set(row.where, row);
      else reasons.set(row, `date ${toIso(row.openTime)} ${beyond === 0 ? 'stands there twice' : 'is out of order'}`);
    }
    const ahead = [...byPlace.values()];
    const { refused } = checkCandles(this.isFalling ? ahead.reverse() : ahead, this.interval, this.now);
    for (const { where, reason } of refused) reasons.set(byPlace.get(where)!, reason);
    return reasons;
  }

  /** Without single rows in another unit, whose reasons are added. */
  private believedOf(rows: readonly Row[], reasons: Map<Row, string>, isEnd: boolean): Row[] {
    let before = this.edge;
    return rows.filter((row, i) => {
      const [after, second] = [rows[i + 1], rows[i + 2]];
      // judged when its neighbour has come
      if (!after && !isEnd) return true;
      const jumpsOut = after !== undefined && jumps(row, after);
      if (before && jumps(before, row)) {
        const isAlone = !after || (jumpsOut && !jumps(before, after));
        if (!isAlone) throw new UnitChangedError(`${row.where}: ${whyOtherUnit(row, before)}: the unit changed`);
        reasons.set(row, whyOtherUnit(row, before));
        return false;
      }
      if (!before && jumpsOut && second && !jumps(after, second)) {
        reasons.set(row, whyOtherUnit(row, after));
        return false;
      }
      before = row;
      return true;
    });
  }
}

const whyOtherUnit = (row: OfferedCandle, other: OfferedCandle) =>
  `close ${row.close} is a hundredfold of ${other.close} beside it, or its hundredth`;

const jumps = (a: OfferedCandle, b: OfferedCandle) => isHundredfold(Number(a.close), Number(b.close));

function fallsMore(rows: readonly OfferedCandle[]): boolean {
  const rising = rows.filter(({ openTime }, i) => i > 0 && openTime > rows[i - 1]!.openTime).length;
  const falling = rows.filter(({ openTime }, i) => i > 0 && openTime < rows[i - 1]!.openTime).length;
  return falling > rising;
}

const asCandle = ({ openTime, open, high, low, close, volume }: OfferedCandle): Candle => ({
  openTime,
  open,
  high,
  low,
  close,
  volume,
});
