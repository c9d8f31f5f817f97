import { dayMs, secondMs, toIso, utcDate, type EpochMs } from '../../../src/shared/time.js';
import type { AssetClass } from '../../../src/data/domain/asset.js';
import { intervalMs, type Interval } from '../../../src/data/domain/candle.js';
import { session } from '../../../src/data/domain/exchange-calendar.js';

/** A true bar: decimal texts. */
export interface WireBar {
  readonly openTime: EpochMs;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

export const prices = ['open', 'high', 'low', 'close'] as const;
export type PriceField = (typeof prices)[number];

/** A bar as JSON values, or as the fields of a line; undefined is left out. */
export interface Cells {
  stamp: unknown;
  open: unknown;
  high: unknown;
  low: unknown;
  close: unknown;
  volume: unknown;
  /** A member that nobody knows. */
  extra?: unknown;
  /** Stands in the place of the whole row. */
  instead?: unknown;
}

/** Text that stands in JSON as it is: NaN, 1e999. */
export class Literal {
  constructor(readonly text: string) {}
}

/** Which series the bars are of, for the stamps. */
interface SeriesShape {
  readonly assetClass: AssetClass;
  readonly interval: Interval;
}

/** How a source writes bars: enough to put true and false ones into one of its bodies. */
export interface WireFormat {
  readonly family: string;
  /** `close`: only closes stand in the body. */
  readonly bars: 'ohlc' | 'close';
  /** How prices are written: as texts, or as numbers of JSON. */
  readonly numbers: 'text' | 'number';
  /** Whether a price that is left out costs its own row or, in columns, the whole body. */
  readonly leftOutCosts: 'row' | 'body';
  /** Whether a stamp some minutes away names another bar, or still the same date. */
  readonly stamps: 'exact' | 'date';
  /** Whether the order of the rows says nothing, so that the source sorts them. */
  readonly sorts: boolean;
  /** Whether a stamp is a member's name, so that it cannot stand there twice. */
  readonly isKeyed: boolean;
  /** Whether rows may be longer than they are today. */
  readonly rowsMayGrow: boolean;
  readonly volumes: boolean;
  cells(bar: WireBar, shape: SeriesShape): Cells;
  /** The body `template` with these rows instead of its own. */
  body(template: string, rows: readonly Cells[]): string;
}

/** JSON in which literals stand as they are and undefined members are left out. */
function json(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${json(member)}`).join(',')}}`;
}

const asTexts = ({ open, high, low, close, volume }: WireBar) => ({ open, high, low, close, volume });

const asNumbers = ({ open, high, low, close, volume }: WireBar) => ({
  open: new Literal(open),
  high: new Literal(high),
  low: new Literal(low),
  close: new Literal(close),
  volume: new Literal(volume),
});

const present = (values: readonly unknown[]) => values.filter((value) => value !== undefined);
const rowOr = ({ instead }: Cells, row: unknown) => (instead === undefined ? row : instead);
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The first member of that name, however deep it lies, replaced. */
function withMember(value: unknown, isIt: (name: string) => boolean, member: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withMember(one, isIt, member));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, isIt(name) ? member : withMember(one, isIt, member)]),
  );
}

const ordinary = {
  bars: 'ohlc',
  numbers: 'number',
  leftOutCosts: 'row',
  stamps: 'exact',
  sorts: false,
  isKeyed: false,
  rowsMayGrow: true,
  volumes: true,
} as const;

/** Midnight in New York of a session's date. */
const newYorkMidnight = (day: EpochMs) => session(day).open - 9.5 * 3_600_000;

const binance: WireFormat = {
  ...ordinary,
  family: 'binance',
  numbers: 'text',
  cells: (bar) => ({ ...asTexts(bar), stamp: bar.openTime }),
  body: (_template, rows) =>
    json(
      rows.map((cells) => {
        const { stamp, open, high, low, close, volume, extra } = cells;
        const end = typeof stamp === 'number' ? stamp + dayMs - 1 : 0;
        const row = present([stamp, open, high, low, close, volume]);
        return rowOr(cells, [...row, end, '1.00000000', 5, '1.00000000', '1.00000000', '0', ...present([extra])]);
      }),
    ),
};

const yahoofinance: WireFormat = {
  ...ordinary,
  family: 'yahoofinance',
  leftOutCosts: 'body',
  stamps: 'date',
  cells: (bar, { assetClass }) => ({
    ...asNumbers(bar),
    stamp: (assetClass === 'crypto' ? bar.openTime : session(bar.openTime).open) / secondMs,
  }),
  body: (template, rows) => {
    const column = (name: keyof Cells) => present(rows.map((row) => row[name]));
    const quote = Object.fromEntries([...prices, 'volume' as const].map((name) => [name, column(name)]));
    const extra = column('extra');
    const given = JSON.parse(template) as { chart: { result: [Record<string, unknown>]; error: unknown } };
    const { adjclose: _, ...indicators } = given.chart.result[0]['indicators'] as Record<string, unknown>;
    const result = {
      ...given.chart.result[0],
      timestamp: column('stamp'),
      indicators: { ...indicators, quote: [{ ...quote, ...(extra.length > 0 ? { extra } : {}) }] },
    };
    return json({ chart: { ...given.chart, result: [result] } });
  },
};

const coingecko: WireFormat = {
  ...ordinary,
  family: 'coingecko',
  bars: 'close',
  sorts: true,
  rowsMayGrow: false,
  volumes: false,
  // the price at the end of a step is its close
  cells: (bar, { interval }) => ({ ...asNumbers(bar), stamp: bar.openTime + intervalMs[interval] }),
  body: (template, rows) =>
    json(
      withMember(
        JSON.parse(template),
        (name) => name === 'prices',
        rows.map((cells) => rowOr(cells, present([cells.stamp, cells.close]))),
      ),
    ),
};

const polygon: WireFormat = {
  ...ordinary,
  family: 'polygon',
  stamps: 'date',
  cells: (bar, { assetClass }) => ({
    ...asNumbers(bar),
    stamp: assetClass === 'crypto' ? bar.openTime : newYorkMidnight(bar.openTime),
  }),
  body: (template, rows) =>
    json(
      withMember(
        JSON.parse(template),
        (name) => name === 'results',
        rows.map((cells) => {
          const { stamp, open, high, low, close, volume, extra } = cells;
          return rowOr(cells, { v: volume, vw: 1.5, o: open, c: close, h: high, l: low, t: stamp, n: 5, extra });
        }),
      ),
    ),
};

const alphavantage: WireFormat = {
  ...ordinary,
  family: 'alphavantage',
  numbers: 'text',
  stamps: 'date',
  sorts: true,
  isKeyed: true,
  cells: (bar) => ({ ...asTexts(bar), stamp: utcDate(bar.openTime) }),
  body: (template, rows) => {
    const series = Object.fromEntries(
      rows.map((cells): [string, unknown] => {
        const { open, high, low, close, volume, extra } = cells;
        const fields = {
          '1. open': open,
          '2. high': high,
          '3. low': low,
          '4. close': close,
          '5. volume': volume,
          '6. extra': extra,
        };
        return [String(cells.stamp), rowOr(cells, fields)];
      }),
    );
    return json(withMember(JSON.parse(template), (name) => name.startsWith('Time Series'), series));
  },
};

const coinmarketcap: WireFormat = {
  ...ordinary,
  family: 'coinmarketcap',
  stamps: 'date',
  cells: (bar) => ({ ...asNumbers(bar), stamp: new Date(bar.openTime).toISOString() }),
  body: (template, rows) =>
    json(
      withMember(
        JSON.parse(template),
        (name) => name === 'quotes',
        rows.map((cells) => {
          const { stamp, open, high, low, close, volume, extra } = cells;
          const timeClose = String(stamp).replace('T00:00:00.000Z', 'T23:59:59.999Z');
          const quote = { open, high, low, close, volume, market_cap: 1, timestamp: timeClose, extra };
          return rowOr(cells, { time_open: stamp, time_close: timeClose, quote: { USD: quote } });
        }),
      ),
    ),
};

const fksData: WireFormat = {
  ...ordinary,
  family: 'fks_data',
  cells: (bar) => ({ ...asNumbers(bar), stamp: bar.openTime / secondMs }),
  body: (template, rows) =>
    json(
      withMember(
        JSON.parse(template),
        (name) => name === 'data',
        rows.map((cells) => {
          const { stamp: ts, open, high, low, close, volume, extra } = cells;
          return rowOr(cells, { ts, open, high, low, close, volume, extra });
        }),
      ),
    ),
};

const field = (value: unknown) =>
  value instanceof Literal ? value.text : typeof value === 'string' ? value : JSON.stringify(value);

const csv: WireFormat = {
  ...ordinary,
  family: 'csv',
  numbers: 'text',
  rowsMayGrow: false,
  cells: (bar, { interval }) => ({
    ...asTexts(bar),
    stamp: interval === '1d' ? utcDate(bar.openTime) : toIso(bar.openTime),
  }),
  body: (_template, rows) =>
    [
      'date,open,high,low,close,volume',
      ...rows.map((cells) => {
        const { stamp, open, high, low, close, volume, extra, instead } = cells;
        return instead === undefined
          ? present([stamp, open, high, low, close, volume, extra]).map(field).join(',')
          : field(instead);
      }),
      '',
    ].join('\n'),
};

export const wireFormats: readonly WireFormat[] = [
  csv,
  binance,
  coingecko,
  yahoofinance,
  polygon,
  alphavantage,
  coinmarketcap,
  fksData,
];
