import { InvariantViolation } from '../../../shared/errors.js';
import type { Columns } from '../indicators/bars.js';
import type { Indicator } from '../indicators/indicator.js';
import { computeIndicator } from '../indicators/run-indicator.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';

/** Closed bars of one asset at an as-of as rules see them; nothing later can be reached from here. */
export class MarketView {
  private readonly computed = new Map<string, Readonly<Record<string, Float64Array>>>();
  readonly length: number;

  constructor(
    readonly category: TradeCategory,
    readonly columns: Columns,
    readonly barsPerYear: number,
    /** Closes of bitcoin in the bars' order, NaN where it has none; null when it is the asset itself or not known. */
    readonly bitcoin: Float64Array | null,
  ) {
    this.length = columns.close.length;
    if (bitcoin && bitcoin.length !== this.length) {
      throw new InvariantViolation(`${bitcoin.length} closes of bitcoin beside ${this.length} bars`);
    }
  }

  /** A line's value `back` bars before the last; null where there is none. */
  value<Parameter extends string, Line extends string>(
    definition: Indicator<string, Parameter, Line>,
    line: Line,
    parameters?: Readonly<Partial<Record<NoInfer<Parameter>, number>>>,
    back = 0,
  ): number | null {
    const key = `${definition.id} ${JSON.stringify(parameters ?? {})}`;
    let lines = this.computed.get(key);
    if (!lines) this.computed.set(key, (lines = computeIndicator(definition, this.columns, parameters)));
    return this.orNull(lines[line]!, back);
  }

  close(back = 0): number {
    return this.columns.close[this.length - 1 - back]!;
  }

  /** The asset's price in bitcoin. */
  closeInBitcoin(back = 0): number | null {
    const unit = this.bitcoin && this.orNull(this.bitcoin, back);
    return unit === null ? null : this.close(back) / unit;
  }

  private orNull(values: Float64Array, back: number): number | null {
    const value = values[values.length - 1 - back];
    return value === undefined || Number.isNaN(value) ? null : value;
  }
}
