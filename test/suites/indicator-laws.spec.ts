import fc from 'fast-check';
import type { BarColumns } from '../../src/signals/domain/indicators/bars.js';
import type { Indicator } from '../../src/signals/domain/indicators/indicator.js';
import { indicators } from '../../src/signals/domain/indicators/registry.js';
import {
  computeIndicator,
  indicatorStream,
  resolveParameters,
} from '../../src/signals/domain/indicators/run-indicator.js';
import { InvariantViolation } from '../../src/shared/errors.js';
import { barAt, fields, seededBars, slice } from '../support/indicators.js';

/** Fixed, so that a run can be repeated. */
const runs = { seed: 20261125, numRuns: 40 };
const each = indicators.map((definition) => [definition.id, definition] as const);

/** Parameters within their ranges, small enough for short series; those at odds with each other are left out. */
const parametersOf = (definition: Indicator): fc.Arbitrary<Readonly<Record<string, number>>> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(definition.parameters).map(([name, { min, max, integer }]) => [
          name,
          integer
            ? fc.integer({ min, max: Math.min(max, min + 12) })
            : fc.double({ min, max: Math.min(max, min + 12), noNaN: true }),
        ]),
      ),
    )
    .filter((parameters) => definition.complaint?.(parameters) === undefined);

const seeds = fc.integer({ min: 0, max: 0xffffffff });

/** First place where two lines differ in a bit, -1 for none. */
function firstDifference(one: Float64Array, other: Float64Array): number {
  if (one.length !== other.length) return Math.min(one.length, other.length);
  for (let i = 0; i < one.length; i++) if (!Object.is(one[i], other[i])) return i;
  return -1;
}

const theSame = (definition: Indicator, one: Lines, other: Lines): void => {
  for (const line of definition.lines) {
    expect({ line, differsAt: firstDifference(one[line]!, other[line]!) }).toEqual({ line, differsAt: -1 });
  }
};
type Lines = Readonly<Record<string, Float64Array>>;

function streamed(
  definition: Indicator,
  bars: Required<BarColumns>,
  parameters?: Readonly<Record<string, number>>,
): Lines {
  const stream = indicatorStream(definition, parameters);
  const { length } = bars.close;
  const lines = Object.fromEntries(definition.lines.map((line) => [line, new Float64Array(length)]));
  for (let i = 0; i < length; i++) {
    const values = stream.next(barAt(bars, i));
    for (const line of definition.lines) lines[line]![i] = values[line] ?? NaN;
  }
  return lines;
}

/** The bars with more between them that lack one field. */
function withHoles(bars: Required<BarColumns>, definition: Indicator, after: ReadonlySet<number>) {
  const kept: boolean[] = [];
  const holed = Object.fromEntries(fields.map((field) => [field, [] as number[]]));
  for (let i = 0; i < bars.close.length; i++) {
    const lost = definition.reads[i % definition.reads.length]!;
    for (const isHole of after.has(i) ? [false, true] : [false]) {
      for (const field of fields) holed[field]!.push(isHole && field === lost ? NaN : bars[field][i]!);
      kept.push(!isHole);
    }
  }
  const columns = Object.fromEntries(fields.map((field) => [field, Float64Array.from(holed[field]!)]));
  return { columns: columns as Required<BarColumns>, kept };
}

/** `npm run bench -- indicators` does the same on a million. */
const long = seededBars(100_000, 7);
const calmLength = 10_000;
/** A million bars, the last of which cost a billionth of those before. */
const afterTheStorm = seededBars(1_000_000, 3, 1e9);
for (const field of ['high', 'low', 'close'] as const) {
  afterTheStorm[field].set(seededBars(calmLength, 4, 1)[field], 1_000_000 - calmLength);
}

describe.each(each)('%s', (_id, definition) => {
  const defaults = resolveParameters(definition);

  test('gives the same bits bar by bar as at once, on a long series', () => {
    theSame(definition, streamed(definition, long), computeIndicator(definition, long));
  });

  test('gives the same bits bar by bar as at once, whatever its parameters', () => {
    fc.assert(
      fc.property(seeds, parametersOf(definition), (seed, parameters) => {
        const bars = seededBars(150, seed);
        theSame(definition, streamed(definition, bars, parameters), computeIndicator(definition, bars, parameters));
      }),
      runs,
    );
  });

  test('has no value before its warm-up and a number from then on', () => {
    fc.assert(
      fc.property(seeds, parametersOf(definition), fc.constantFrom(0, 100, 1e-7, 1e8), (seed, parameters, level) => {
        const bars = level === 0 ? standing(80) : seededBars(80, seed, level);
        const warmUp = definition.warmUp(resolveParameters(definition, parameters));
        const lines = computeIndicator(definition, bars, parameters);
        for (const line of definition.lines) {
          const first = warmUp[line]! - 1;
          expect(lines[line]!.subarray(0, first).every(Number.isNaN)).toBe(true);
          const isDefined = (value: number) =>
            Number.isFinite(value) || (definition.undefinedWhen !== undefined && Number.isNaN(value));
          expect(lines[line]!.subarray(first).every(isDefined)).toBe(true);
        }
      }),
      runs,
    );
  });

  test('has a first value on the last bar of its warm-up', () => {
    const bars = seededBars(2_000, 11);
    const lines = computeIndicator(definition, bars);
    const warmUp = definition.warmUp(defaults);
    if (definition.undefinedWhen !== undefined) return;
    for (const line of definition.lines) expect(lines[line]!.findIndex(Number.isFinite)).toBe(warmUp[line]! - 1);
  });

  test('knows nothing of later bars', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 200 }), (seed, length) => {
        const bars = seededBars(200, seed);
        const whole = computeIndicator(definition, bars);
        const cut = computeIndicator(definition, slice(bars, 0, length));
        const shortened = Object.fromEntries(definition.lines.map((line) => [line, whole[line]!.slice(0, length)]));
        theSame(definition, cut, shortened);
      }),
      runs,
    );
  });

  test('passes over a bar that lacks something, as if it were not there', () => {
    fc.assert(
      fc.property(seeds, fc.uniqueArray(fc.nat({ max: 119 }), { maxLength: 40 }), (seed, holes) => {
        const bars = seededBars(120, seed);
        const { columns, kept } = withHoles(bars, definition, new Set(holes));
        const lines = computeIndicator(definition, columns);
        theSame(definition, streamed(definition, columns), lines);
        const between = (line: string) => [...lines[line]!].filter((_, i) => !kept[i]);
        for (const line of definition.lines) expect(between(line).every(Number.isNaN)).toBe(true);
        const others = Object.fromEntries(
          definition.lines.map((line) => [line, lines[line]!.filter((_, i) => kept[i]!)]),
        );
        theSame(definition, others, computeIndicator(definition, bars));
      }),
      runs,
    );
  });

  test('gives the same bits into the lines of an earlier series', () => {
    const [one, other] = [seededBars(300, 1), seededBars(300, 2)];
    const fresh = computeIndicator(definition, other);
    const used = computeIndicator(definition, one);
    expect(computeIndicator(definition, other, {}, used)).toEqual(fresh);
  });

  test.each([0, -1, Infinity])('refuses %p for a price', (value) => {
    const field = definition.reads.find((read) => read !== 'openTime' && read !== 'volume');
    if (field === undefined) return;
    const bars = seededBars(50, 5);
    bars[field][20] = value;
    expect(() => computeIndicator(definition, bars)).toThrow(new InvariantViolation(`bar 20: ${field} is ${value}`));
    expect(() => streamed(definition, bars)).toThrow(new InvariantViolation(`bar 20: ${field} is ${value}`));
  });

  test('refuses a parameter out of its range and one that it does not have', () => {
    for (const [name, { min }] of Object.entries(definition.parameters)) {
      expect(() => resolveParameters(definition, { [name]: min - 1 })).toThrow(
        `${definition.id}.${name} "${min - 1}" is not`,
      );
      expect(() => resolveParameters(definition, { [name]: NaN })).toThrow(`${definition.id}.${name} "NaN" is not`);
    }
    const absent: Readonly<Record<string, number>> = { colour: 3 };
    expect(() => resolveParameters<string>(definition, absent)).toThrow(`${definition.id}.colour "3" is no parameter`);
  });
});

// on-balance volume is a sum since the beginning, by its definition
test.each(each.filter(([id]) => id !== 'obv'))(
  '%s ends a million bars on what the last of them give alone, after prices a billion times as high',
  (_id, definition) => {
    const whole = computeIndicator(definition, afterTheStorm);
    const alone = computeIndicator(definition, slice(afterTheStorm, -calmLength / 2));
    // of a billion (13/14)^5000 is left in Wilder's averages, which is nothing; what remains is a window's rounding
    for (const line of definition.lines) {
      for (let i = 1; i <= 100; i++) close(whole[line]!.at(-i)!, alone[line]!.at(-i)!);
    }
  },
);

test('ids are all different', () => {
  expect(new Set(indicators.map(({ id }) => id)).size).toBe(indicators.length);
});

/** Bars that never move, without any volume. */
function standing(length: number): Required<BarColumns> {
  const bars = seededBars(length, 1);
  for (const field of ['high', 'low', 'close'] as const) bars[field].fill(100.1);
  bars.volume.fill(0);
  return bars;
}

function close(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(expected)));
}
