import { InvariantViolation, refusedFor, type FieldError } from '../../../shared/errors.js';
import { checkBars, columnsFor, isComplete, type Bar, type BarColumns, type BarField } from './bars.js';
import type { Indicator, ParameterRange } from './indicator.js';

type Lines<Line extends string> = Readonly<Record<Line, Float64Array>>;
/** A value for each line; null before it is warm, on a bar that lacks something, and where it is undefined. */
export type LineValues<Line extends string> = Readonly<Record<Line, number | null>>;
type Given<Parameter extends string> = Readonly<Partial<Record<Parameter, number>>>;

/** Parameters with their defaults; all that are unknown, out of range or at odds with each other are refused at once. */
export function resolveParameters<Parameter extends string>(
  { id, parameters, complaint }: Pick<Indicator<string, Parameter>, 'id' | 'parameters' | 'complaint'>,
  given?: Given<Parameter>,
): Readonly<Record<Parameter, number>> {
  const ranges: Readonly<Record<string, ParameterRange>> = parameters;
  const values: Record<string, number> = {};
  const errors: FieldError[] = [];
  for (const [name, range] of Object.entries(ranges)) values[name] = range.default;
  for (const [name, value] of Object.entries<number | undefined>(given ?? {})) {
    const range = ranges[name];
    if (range && value === undefined) continue;
    const message = range
      ? outOf(range, value)
      : `is no parameter; there are ${Object.keys(ranges).join(', ') || 'none'}`;
    if (message !== undefined) errors.push({ field: `${id}.${name}`, value, message });
    else if (value !== undefined) values[name] = value;
  }
  // each of them is there: the names are those of the ranges
  const resolved = values as Record<Parameter, number>;
  const wrong = errors.length === 0 ? complaint?.(resolved) : undefined;
  if (wrong) errors.push({ ...wrong, field: `${id}.${wrong.field}` });
  if (errors.length > 0) throw refusedFor(errors);
  return resolved;
}

function outOf({ min, max, integer }: ParameterRange, value: unknown): string | undefined {
  if (typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))) {
    return undefined;
  }
  return `is not ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`;
}

/**
 * Every line over all bars, NaN where there is no value. `into` takes the lines of an earlier series of the same length,
 * which are overwritten: fresh memory costs as much as the computation.
 */
export function computeIndicator<Parameter extends string, Line extends string>(
  definition: Indicator<string, Parameter, Line>,
  bars: BarColumns,
  parameters?: Given<NoInfer<Parameter>>,
  into?: Lines<NoInfer<Line>>,
): Lines<Line> {
  const { reads } = definition;
  const resolved = resolveParameters(definition, parameters);
  let kernel = definition.start(resolved);
  const { columns, length } = columnsFor(reads, bars);
  const lines = definition.lines.map((line) => into?.[line] ?? new Float64Array(length));
  if (lines.some((line) => line.length !== length)) {
    throw new InvariantViolation(`${definition.id} of ${length} bars does not go into lines of another length`);
  }
  // where every later value is a number, the kernel overwrites the rest
  const warmUp = definition.undefinedWhen === undefined ? definition.warmUp(resolved) : undefined;
  lines.forEach((line, i) => line.fill(NaN, 0, warmUp && warmUp[definition.lines[i]!] - 1));
  const named = () => Object.fromEntries(definition.lines.map((line, i) => [line, lines[i]])) as Lines<Line>;
  if (kernel.advanceUnchecked?.(columns, length, lines)) return named();
  kernel = definition.start(resolved);
  if (!checkBars(columns, reads, 0)) {
    kernel.advance(columns, 0, length, lines);
  } else {
    for (const line of lines) line.fill(NaN);
    for (let from = 0; from < length; from++) {
      let to = from;
      while (to < length && isComplete(columns, reads, to)) to++;
      if (to > from) kernel.advance(columns, from, to, lines);
      from = to;
    }
  }
  return named();
}

/** The last bar's values. */
export function latestValues<Parameter extends string, Line extends string>(
  definition: Indicator<string, Parameter, Line>,
  bars: BarColumns,
  parameters?: Given<NoInfer<Parameter>>,
): LineValues<Line> {
  const lines = computeIndicator(definition, bars, parameters);
  return valuesOf(definition.lines, (line) => lines[line].at(-1) ?? NaN);
}

/** An indicator that is told one bar after the other, oldest first, and answers with that bar's values. */
export interface IndicatorStream<Line extends string> {
  next(bar: Bar): LineValues<Line>;
}

/** The same definition bar by bar, in amortised constant time a bar. */
export function indicatorStream<Parameter extends string, Line extends string>(
  definition: Indicator<string, Parameter, Line>,
  parameters?: Given<NoInfer<Parameter>>,
): IndicatorStream<Line> {
  const { reads } = definition;
  const kernel = definition.start(resolveParameters(definition, parameters));
  const { columns } = columnsFor(reads, oneBar(reads));
  const lines = definition.lines.map(() => new Float64Array(1));
  let before = 0;
  return {
    next(bar) {
      for (const field of reads) columns[field][0] = bar[field] ?? NaN;
      for (const line of lines) line[0] = NaN;
      if (!checkBars(columns, reads, before++)) kernel.advance(columns, 0, 1, lines);
      return valuesOf(definition.lines, (_, i) => lines[i]![0]!);
    },
  };
}

const oneBar = (reads: readonly BarField[]): BarColumns =>
  Object.fromEntries(reads.map((field) => [field, new Float64Array(1)]));

function valuesOf<Line extends string>(
  names: readonly Line[],
  valueOf: (line: Line, i: number) => number,
): LineValues<Line> {
  const values: Record<string, number | null> = {};
  for (let i = 0; i < names.length; i++) {
    const value = valueOf(names[i]!, i);
    values[names[i]!] = Number.isNaN(value) ? null : value;
  }
  return values as LineValues<Line>;
}
