import { dayMs, type EpochMs } from '../../../src/shared/time.js';
import type { Chance } from '../fault-row.js';
import { Literal, prices, type Cells, type PriceField, type WireBar, type WireFormat } from './wire-formats.js';

/** A good body of a source, as rows that can still be changed. */
export interface Sample {
  readonly format: WireFormat;
  readonly bars: readonly WireBar[];
  /** One row a bar, in the order of the bars. */
  readonly rows: readonly Cells[];
  /** The cells of another bar of the same series. */
  cells(bar: WireBar): Cells;
  write(rows: readonly Cells[]): string;
  readonly now: EpochMs;
}

interface Corrupted {
  readonly body: string | Buffer;
  /** Open times of the bars that stand there unharmed: these, and no others, have to be accepted. */
  readonly clean: ReadonlySet<EpochMs>;
  /** Rows in the body, true and false. */
  readonly rows: number;
  /** The bars as they stand there, where they are others than the sample's. */
  readonly bars?: readonly WireBar[];
}

export interface Corruption {
  readonly name: string;
  /** Whether the source can be hurt in this way at all; undefined: every one. */
  readonly fits?: (format: WireFormat) => boolean;
  apply(sample: Sample, chance: Chance): Corrupted;
}

const pick = <T>(chance: Chance, from: readonly T[]): T => from[Math.floor(chance.next() * from.length)]!;
const position = (chance: Chance, rows: readonly unknown[]) => Math.floor(chance.next() * rows.length);
const isCsv = ({ family }: WireFormat) => family === 'csv';
const isOhlc = ({ bars }: WireFormat) => bars === 'ohlc';

const timesOf = (bars: readonly WireBar[]) => new Set(bars.map(({ openTime }) => openTime));

const wholeBody = ({ rows }: Sample, body: string | Buffer): Corrupted => ({
  body,
  clean: new Set(),
  rows: rows.length,
});

const unharmed = ({ bars, rows }: Sample, body: string | Buffer): Corrupted => ({
  body,
  clean: timesOf(bars),
  rows: rows.length,
});

/** One row changed, so that it is not to be believed any more. */
function oneRow(sample: Sample, chance: Chance, change: (cells: Cells, bar: WireBar) => Cells): Corrupted {
  const at = position(chance, sample.rows);
  const rows = sample.rows.with(at, change({ ...sample.rows[at]! }, sample.bars[at]!));
  const clean = timesOf(sample.bars.filter((_, i) => i !== at));
  return { body: sample.write(rows), clean, rows: rows.length };
}

const priceOf = (chance: Chance, { bars }: WireFormat): PriceField =>
  bars === 'close' ? 'close' : pick(chance, prices);

/** A price replaced by what is no price; `value` is text where the source prints texts. */
const wrongPrice = (
  name: string,
  valueOf: (text: string, format: WireFormat) => unknown,
  fits?: Corruption['fits'],
): Corruption => ({
  name,
  ...(fits && { fits }),
  apply: (sample, chance) => {
    const field = priceOf(chance, sample.format);
    return oneRow(sample, chance, (cells, bar) => ({ ...cells, [field]: valueOf(bar[field], sample.format) }));
  },
});

/** As the source writes a number. */
const written = ({ numbers }: WireFormat, text: string): unknown => (numbers === 'text' ? text : new Literal(text));

/** Beyond the 64 characters of the longest text that is believed to be a price. */
const endless = '9'.repeat(70);
const page = '<!doctype html><html><head><title>Just a moment...</title></head><body>close 245.12</body></html>';

export const corruptions: readonly Corruption[] = [
  { name: 'nothing', apply: (sample) => unharmed(sample, sample.write(sample.rows)) },
  {
    name: 'cut at a byte',
    apply: (sample, chance) => {
      const body = sample.write(sample.rows);
      if (!isCsv(sample.format))
        return wholeBody(sample, body.slice(0, Math.floor(chance.between(1, body.length - 1))));
      // a line that is cut within its last field cannot be told from a whole one
      const lines = body.split('\n');
      const at = 1 + position(chance, sample.rows);
      const cutLine = lines[at]!.slice(0, Math.floor(chance.between(1, lines[at]!.lastIndexOf(','))));
      const clean = timesOf(sample.bars.slice(0, at - 1));
      return { body: [...lines.slice(0, at), cutLine].join('\n'), clean, rows: at };
    },
  },
  wrongPrice('separator of thousands', (text) => `1,${text}`),
  wrongPrice('decimal comma', (text) => text.replace('.', ',')),
  wrongPrice('number in hexadecimal', (text) => `0x${Math.floor(Number(text)).toString(16)}`),
  wrongPrice('the text NaN', () => 'NaN'),
  {
    name: 'the literal NaN',
    fits: ({ numbers }) => numbers === 'number',
    apply: (sample, chance) => {
      const { body } = wrongPrice('', () => new Literal('NaN')).apply(sample, chance);
      return wholeBody(sample, body);
    },
  },
  wrongPrice('infinite', (_, format) => written(format, '1e999')),
  wrongPrice('the text Infinity', () => 'Infinity'),
  wrongPrice('zero', (_, format) => written(format, '0')),
  wrongPrice('negative', (text, format) => written(format, `-${text}`)),
  wrongPrice('null', () => null),
  wrongPrice('true', () => true),
  wrongPrice('an object for a number', () => ({ raw: 1 })),
  wrongPrice('empty text', () => ''),
  wrongPrice(
    'text for a number',
    (text) => text,
    ({ numbers }) => numbers === 'number',
  ),
  wrongPrice(
    'number for a text',
    (text) => new Literal(text),
    (format) => format.numbers === 'text' && !isCsv(format),
  ),
  {
    name: 'huge number',
    fits: (format) => isOhlc(format),
    apply: (sample, chance) =>
      oneRow(sample, chance, (cells) => ({ ...cells, close: written(sample.format, endless) })),
  },
  {
    name: 'left out',
    apply: (sample, chance) => {
      const field = priceOf(chance, sample.format);
      const one = oneRow(sample, chance, (cells) => ({ ...cells, [field]: undefined }));
      return sample.format.leftOutCosts === 'body' ? wholeBody(sample, one.body) : one;
    },
  },
  {
    name: 'stamp left out',
    fits: ({ isKeyed }) => !isKeyed,
    apply: (sample, chance) => {
      const one = oneRow(sample, chance, (cells) => ({ ...cells, stamp: undefined }));
      return sample.format.leftOutCosts === 'body' ? wholeBody(sample, one.body) : one;
    },
  },
  {
    name: 'something else for a row',
    fits: ({ leftOutCosts }) => leftOutCosts === 'row',
    apply: (sample, chance) =>
      oneRow(sample, chance, (cells) => ({ ...cells, instead: pick<unknown>(chance, ['x', 7, [], {}, [[]]]) })),
  },
  {
    name: 'high and low swapped',
    fits: isOhlc,
    apply: (sample, chance) => oneRow(sample, chance, (cells) => ({ ...cells, high: cells.low, low: cells.high })),
  },
  {
    name: 'close outside its bar',
    fits: isOhlc,
    apply: (sample, chance) =>
      oneRow(sample, chance, (cells, { high, low }) => {
        const by = chance.between(1e-4, 0.5);
        const close = chance.next() < 0.5 ? Number(high) * (1 + by) : Number(low) * (1 - by);
        return { ...cells, close: written(sample.format, close.toFixed(4)) };
      }),
  },
  {
    name: 'close beyond its bar by the last digit of a double',
    fits: isOhlc,
    apply: (sample, chance) => {
      const at = position(chance, sample.rows);
      const close = (Number(sample.bars[at]!.high) * (1 + 5e-10)).toFixed(10);
      const rows = sample.rows.with(at, { ...sample.rows[at]!, close: written(sample.format, close) });
      const bars = sample.bars.with(at, { ...sample.bars[at]!, close });
      return { ...unharmed(sample, sample.write(rows)), bars };
    },
  },
  {
    name: 'volume negative',
    fits: ({ volumes }) => volumes,
    apply: (sample, chance) =>
      oneRow(sample, chance, (cells) => ({ ...cells, volume: written(sample.format, '-12.5') })),
  },
  {
    name: 'volume in words',
    fits: ({ volumes }) => volumes,
    apply: (sample, chance) => oneRow(sample, chance, (cells) => ({ ...cells, volume: 'many' })),
  },
  {
    name: 'row twice',
    fits: ({ isKeyed }) => !isKeyed,
    apply: (sample, chance) => {
      const at = position(chance, sample.rows);
      const rows = sample.rows.toSpliced(at, 0, sample.rows[at]!);
      return { body: sample.write(rows), clean: timesOf(sample.bars), rows: rows.length };
    },
  },
  {
    name: 'row twice with another close',
    fits: ({ isKeyed }) => !isKeyed,
    apply: (sample, chance) => {
      const at = position(chance, sample.rows);
      const { open } = sample.bars[at]!;
      const rows = sample.rows.toSpliced(at + 1, 0, { ...sample.rows[at]!, close: written(sample.format, open) });
      return { body: sample.write(rows), clean: timesOf(sample.bars), rows: rows.length };
    },
  },
  {
    name: 'row far from its place',
    apply: (sample, chance) => {
      const at = Math.floor(chance.next() * (sample.rows.length - 3));
      const to = at + 3 + Math.floor(chance.next() * (sample.rows.length - at - 3));
      const rows = sample.rows.toSpliced(at, 1).toSpliced(to, 0, sample.rows[at]!);
      const clean = sample.format.sorts ? sample.bars : sample.bars.filter((_, i) => i !== at);
      return { body: sample.write(rows), clean: timesOf(clean), rows: rows.length };
    },
  },
  {
    name: 'stamp in the future',
    apply: (sample, chance) => {
      const days = 7 * Math.ceil(chance.between(0, 100));
      return oneRow(sample, chance, (cells, bar) => ({
        ...cells,
        stamp: sample.cells({ ...bar, openTime: Math.floor(sample.now / dayMs) * dayMs + days * dayMs }).stamp,
      }));
    },
  },
  {
    name: 'stamp of another unit',
    apply: (sample, chance) =>
      oneRow(sample, chance, ({ stamp, ...cells }) => ({
        ...cells,
        stamp: typeof stamp === 'number' ? stamp * 1_000 : 'tomorrow',
      })),
  },
  {
    name: 'stamp that is none',
    fits: ({ isKeyed }) => !isKeyed,
    apply: (sample, chance) =>
      oneRow(sample, chance, (cells) => ({
        ...cells,
        stamp: pick<unknown>(chance, [null, '', '2025-02-30', 1.5, {}]),
      })),
  },
  {
    name: 'stamp off the grid',
    fits: (format) => format.stamps === 'exact' && !isCsv(format),
    apply: (sample, chance) => {
      const by = Math.ceil(chance.between(1, 59)) * 60_000;
      return oneRow(sample, chance, (cells, bar) => ({
        ...cells,
        stamp: sample.cells({ ...bar, openTime: bar.openTime + by }).stamp,
      }));
    },
  },
  {
    name: 'unit changed',
    apply: (sample, chance) => {
      const from = 1 + position(chance, sample.rows.slice(1));
      const factor = chance.next() < 0.5 ? 100 : 0.01;
      const rows = sample.rows.map((cells, i) => {
        if (i < from) return cells;
        const bar = sample.bars[i]!;
        const changed = prices.map((field) => [
          field,
          written(sample.format, (Number(bar[field]) * factor).toFixed(6)),
        ]);
        return { ...cells, ...(Object.fromEntries(changed) as Record<PriceField, unknown>) };
      });
      return wholeBody(sample, sample.write(rows));
    },
  },
  { name: 'HTML', apply: (sample) => wholeBody(sample, page) },
  { name: 'byte order mark', apply: (sample) => unharmed(sample, `\ufeff${sample.write(sample.rows)}`) },
  {
    name: 'a byte that is no UTF-8',
    apply: (sample, chance) => {
      const field = priceOf(chance, sample.format);
      const marked = oneRow(sample, chance, (cells) => ({ ...cells, [field]: '7@7' }));
      const body = Buffer.from(marked.body.toString().replace('@', '\u00ff'), 'latin1');
      return isCsv(sample.format) ? { ...marked, body } : wholeBody(sample, body);
    },
  },
  {
    name: 'UTF-16',
    apply: (sample) => {
      const body = Buffer.from(`\ufeff${sample.write(sample.rows)}`, 'utf16le');
      // a file with a byte order mark says what it is; JSON has no such thing
      return isCsv(sample.format) ? unharmed(sample, body) : wholeBody(sample, body);
    },
  },
  {
    name: 'unknown members',
    fits: ({ rowsMayGrow }) => rowsMayGrow,
    apply: (sample) =>
      unharmed(sample, sample.write(sample.rows.map((cells) => ({ ...cells, extra: { __proto__: null, a: [1] } })))),
  },
  {
    name: 'white space',
    apply: (sample) => {
      const body = sample.write(sample.rows);
      if (isCsv(sample.format)) return unharmed(sample, body.replaceAll('\n', '\r\n'));
      return unharmed(sample, `\n${JSON.stringify(JSON.parse(body), null, 4)}\n`);
    },
  },
  {
    name: 'numbers with an exponent',
    apply: (sample) => {
      const rows = sample.rows.map((cells, i) => {
        const { open, high, low, close } = sample.bars[i]!;
        const texts = Object.entries({ open, high, low, close }).map(([field, text]) => [
          field,
          written(sample.format, `${(Number(text) * 100).toFixed(0)}e-2`),
        ]);
        return { ...cells, ...(Object.fromEntries(texts) as Record<PriceField, unknown>) };
      });
      return unharmed(sample, sample.write(rows));
    },
  },
  { name: 'empty body', apply: (sample) => wholeBody(sample, '') },
  { name: 'another thing', apply: (sample, chance) => wholeBody(sample, pick(chance, ['{}', 'null', '"ok"', '17'])) },
  { name: 'deeply nested', apply: (sample) => wholeBody(sample, '['.repeat(100_000) + ']'.repeat(100_000)) },
  {
    name: 'hundreds of copies of a row',
    fits: ({ isKeyed }) => !isKeyed,
    apply: (sample, chance) => {
      const at = position(chance, sample.rows);
      // fewer than a full page, after which another one would be asked for
      const copies = Array.from({ length: 900 }, () => sample.rows[at]!);
      const rows = sample.rows.toSpliced(at, 0, ...copies);
      return { body: sample.write(rows), clean: timesOf(sample.bars), rows: rows.length };
    },
  },
];
