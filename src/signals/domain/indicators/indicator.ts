import type { FieldError } from '../../../shared/errors.js';
import type { BarField, Columns } from './bars.js';

/** What a parameter may be, bounds included. */
export interface ParameterRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Bars are counted; what is not a count may be a fraction. */
  readonly integer: boolean;
}

/** A number of bars. */
export const count = (byDefault: number, min = 1): ParameterRange => ({
  default: byDefault,
  min,
  max: 10_000,
  integer: true,
});

/**
 * The state of an indicator between bars. One definition serves the stream and the whole series, so that both give the
 * same bits.
 */
export interface Kernel {
  /**
   * Takes the bars `from` to `to` (exclusive), which lack nothing that is read, and writes each line's value at the
   * bar's index. NaN, with which the lines come, stands for no value; nothing is allocated for a bar.
   */
  advance(columns: Columns, from: number, to: number, lines: readonly Float64Array[]): void;
  /**
   * The same from the first bar on, of bars that nobody has looked at: stops with false at a value that is not positive
   * and finite. Only kernels have it whose processor waits for the bar before anyway, so that looking costs nothing.
   */
  advanceUnchecked?(columns: Columns, to: number, lines: readonly Float64Array[]): boolean;
}

/**
 * One indicator. Its value is known from the bar on that `warmUp` counts to, and unknown before: NaN in a
 * `Float64Array`, null in a value of its own, and never zero.
 */
export interface Indicator<
  Id extends string = string,
  Parameter extends string = string,
  Line extends string = string,
> {
  readonly id: Id;
  readonly name: string;
  /** Book or paper of the formula, and whose convention where there are several. */
  readonly source: string;
  /** A bar that lacks one of these does not count, as if it were not there. */
  readonly reads: readonly BarField[];
  readonly lines: readonly Line[];
  readonly parameters: Readonly<Record<Parameter, ParameterRange>>;
  /** When a warm line may still have no value; without it every later value is a number. */
  readonly undefinedWhen?: string;
  /** What is wrong with parameters that are each in their range. */
  complaint?(parameters: Readonly<Record<Parameter, number>>): FieldError | undefined;
  /** Bars that have to be there for a first value of each line, that value's own bar included. */
  warmUp(parameters: Readonly<Record<Parameter, number>>): Readonly<Record<Line, number>>;
  start(parameters: Readonly<Record<Parameter, number>>): Kernel;
}

/** Keeps the literal types of id, parameters and lines, which the registry and its readers use. */
export const indicator = <Id extends string, Parameter extends string, Line extends string>(
  definition: Indicator<Id, Parameter, Line>,
): Indicator<Id, Parameter, Line> => definition;
