import { z } from 'zod';
import { seedAssets } from '../../src/data/domain/seed-assets.js';
import { dayMs, type EpochMs } from '../../src/shared/time.js';
import type { Split } from './bar.js';
import { sources, type SourceName } from './source-names.js';

/** How long an order is in force, and for whom; without a number of requests and a duration until it is withdrawn. */
const scope = {
  /** Begin of the path: `/api/v3/klines`, `/v8/finance/chart`. */
  route: z.string().startsWith('/').optional(),
  source: z.enum(sources).optional(),
  count: z.int().min(1).optional(),
  forSeconds: z.number().positive().max(86_400).optional(),
};
/** Faults of the wire are for the next request when nothing else is said. */
const wire = { ...scope, retryAfterSeconds: z.int().min(0).default(1) };
/** Faults of the data may be of one asset alone. */
const data = { ...scope, asset: z.enum(seedAssets.map(({ id }) => id as string)).optional() };

const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text));

const wireKinds = ['429', '429-no-retry-after', '500', 'cut', 'html', 'nan'] as const;
const aboutWire = z.strictObject({
  ...wire,
  // a status may be written as the number that it is
  kind: z.literal([...wireKinds, 429, 500]).transform((kind) => String(kind) as (typeof wireKinds)[number]),
});
/** A whole answer, the second half of it after so many seconds. */
const slow = z.strictObject({ ...wire, kind: z.literal('slow'), seconds: z.number().min(0).max(600).default(60) });
/** Every request is one too many, for so many seconds. */
const storm = z
  .strictObject({ ...wire, kind: z.literal('429-storm'), seconds: z.number().positive().max(86_400) })
  .transform((order) => ({ ...order, forSeconds: order.forSeconds ?? order.seconds }));

/** The feed stopped at an instant, or now. */
const stale = z.strictObject({ ...data, kind: z.literal('stale'), at: instant.optional() });
/** All prices in another unit, or only those from an instant on. */
const wrongUnit = z.strictObject({
  ...data,
  kind: z.literal('wrong-unit'),
  factor: z.number().positive().default(100),
  from: instant.optional(),
});
/** Every stamp is wrong by so many seconds. */
const timeShift = z.strictObject({
  ...data,
  kind: z.literal('time-shift'),
  seconds: z
    .number()
    .min(-40 * 86_400)
    .max(40 * 86_400)
    .default(3_600),
});
/** The prices of `[from, to)` are others than before, and nobody says so. */
const rewrite = z.strictObject({
  ...data,
  kind: z.literal('rewrite'),
  factor: z.number().positive().default(1.03),
  from: instant,
  to: instant,
});
/** From the session of `on` on there are `ratio` shares for each; unannounced, history is left as it was. */
const split = z.strictObject({
  ...data,
  kind: z.literal('split'),
  ratio: z.number().positive().default(4),
  on: instant,
  announced: z.boolean().default(true),
});

const kinds = [...wireKinds, 'slow', '429-storm', 'stale', 'wrong-unit', 'time-shift', 'rewrite', 'split'];

export const faultOrder = z
  .discriminatedUnion('kind', [aboutWire, slow, storm, stale, wrongUnit, timeShift, rewrite, split], {
    // only where the kind fits none there is a note
    error: ({ note }) => (note === undefined ? undefined : `is none of ${kinds.join(', ')}`),
  })
  .refine(({ route, source }) => route !== undefined || source !== undefined, 'route or source is missing');
export type FaultOrder = z.input<typeof faultOrder>;
export type Fault = z.output<typeof faultOrder>;

export type WireFault = Extract<Fault, { retryAfterSeconds: number }>;
export type DataFault = Exclude<Fault, WireFault>;

const isOfWire = (fault: Fault): fault is WireFault => 'retryAfterSeconds' in fault;

/** What one request gets. */
export interface TakenFaults {
  readonly wire: WireFault | undefined;
  readonly data: readonly DataFault[];
}

/** Orders in force, the oldest first. */
export class Faults {
  private inForce: { fault: Fault; left: number; until: EpochMs }[] = [];

  add(fault: Fault, now = Date.now()): void {
    const count = fault.count ?? (isOfWire(fault) && fault.forSeconds === undefined ? 1 : Infinity);
    const until = fault.forSeconds === undefined ? Infinity : now + fault.forSeconds * 1_000;
    this.inForce.push({ fault, left: count, until });
  }

  clear(): void {
    this.inForce = [];
  }

  /** The faults of a request, which is counted: of the wire the oldest order, of the data all. */
  take(path: string, source: SourceName, now = Date.now()): TakenFaults {
    this.inForce = this.inForce.filter(({ left, until }) => left > 0 && until > now);
    const mine = this.inForce.filter(
      ({ fault }) => path.startsWith(fault.route ?? '/') && (fault.source ?? source) === source,
    );
    const ofWire = mine.find(({ fault }) => isOfWire(fault));
    const ofData = mine.filter(({ fault }) => !isOfWire(fault));
    for (const one of ofWire ? [ofWire, ...ofData] : ofData) one.left--;
    return {
      wire: ofWire?.fault as WireFault | undefined,
      data: ofData.map(({ fault }) => fault as DataFault),
    };
  }
}

/** What faults of the data do to an asset's bars. */
export interface Distortion {
  /** The source has seen nothing later. */
  readonly stoppedAt: EpochMs;
  readonly shiftMs: number;
  /** Splits that the source tells, besides the true ones. */
  readonly announced: readonly Split[];
  /** What a price of this instant is multiplied by. */
  factorAt(start: EpochMs): number;
}

export function distortionOf(faults: readonly DataFault[], assetId: string): Distortion {
  const mine = faults.filter(({ asset }) => (asset ?? assetId) === assetId);
  const announced = mine.flatMap((fault) => (fault.kind === 'split' && fault.announced ? [splitOf(fault)] : []));
  const stops = mine.flatMap((fault) => (fault.kind === 'stale' ? [fault.at ?? Date.now()] : []));
  const shifts = mine.flatMap((fault) => (fault.kind === 'time-shift' ? [fault.seconds * 1_000] : []));
  return {
    stoppedAt: Math.min(Infinity, ...stops),
    shiftMs: shifts.reduce((sum, shift) => sum + shift, 0),
    announced,
    factorAt: (start) => mine.reduce((factor, fault) => factor * factorOf(fault, start), 1),
  };
}

const splitOf = ({ on, ratio }: { on: EpochMs; ratio: number }): Split => ({
  on: Math.floor(on / dayMs) * dayMs,
  ratio,
});

function factorOf(fault: DataFault, start: EpochMs): number {
  switch (fault.kind) {
    case 'wrong-unit':
      return start >= (fault.from ?? -Infinity) ? fault.factor : 1;
    case 'rewrite':
      return start >= fault.from && start < fault.to ? fault.factor : 1;
    case 'split':
      return !fault.announced && start >= splitOf(fault).on ? 1 / fault.ratio : 1;
    case 'stale':
    case 'time-shift':
      return 1;
  }
}

/** The body with one price that is no number, as the wire would carry it. */
export function withInvalidNumber(body: unknown): unknown {
  const text = JSON.stringify(body);
  // the middle bar of a page of klines, or the middle value of a chart's column
  if (Array.isArray(body)) {
    const at = Math.floor(body.length / 2);
    return body.map((row: unknown, i) =>
      i === at && Array.isArray(row) ? row.map((value: unknown, field) => (field === 1 ? 'NaN' : value)) : row,
    );
  }
  const opens = /"open":\[([^\]]*)\]/.exec(text);
  if (opens?.[1]) {
    const values = opens[1].split(',');
    values[Math.floor(values.length / 2)] = '"NaN"';
    return JSON.parse(text.replace(opens[0], `"open":[${values.join(',')}]`));
  }
  // elsewhere the close or the price of the middle row: a member, or the second of a pair
  const [first = ''] = text.split('],"market_caps"');
  const prices = [...first.matchAll(/"(?:c|close|4\. close|price)":("?[\d.e+-]+"?)|\[\d{13},([\d.e+-]+)\]/g)];
  const middle = prices[Math.floor(prices.length / 2)];
  if (!middle) return body;
  const value = middle[1] ?? middle[2] ?? '';
  const at = middle.index + middle[0].lastIndexOf(value);
  return JSON.parse(`${text.slice(0, at)}"NaN"${text.slice(at + value.length)}`);
}
