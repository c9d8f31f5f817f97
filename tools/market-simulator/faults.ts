import { z } from 'zod';

const faultKinds = ['429', '429-no-retry-after', '500', 'cut', 'slow', 'html', 'nan'] as const;

/** What goes wrong on a route, for the next `count` requests. */
export const faultOrder = z.strictObject({
  /** Begin of the path: `/api/v3/klines`, `/v8/finance/chart`. */
  route: z.string().startsWith('/'),
  kind: z.union([z.enum(faultKinds), z.int().transform(String).pipe(z.enum(faultKinds))]),
  count: z.int().min(1).default(1),
  retryAfterSeconds: z.int().min(0).default(1),
  /** How long a slow body takes. */
  seconds: z.number().min(0).max(600).default(60),
});
export type FaultOrder = z.input<typeof faultOrder>;
export type Fault = z.output<typeof faultOrder>;

/** Faults that wait for their requests, the oldest first. */
export class Faults {
  private waiting: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.waiting.push({ fault, left: fault.count });
  }

  clear(): void {
    this.waiting = [];
  }

  /** The fault that this request gets, and counts it. */
  take(path: string): Fault | undefined {
    const found = this.waiting.find(({ fault }) => path.startsWith(fault.route));
    if (!found) return undefined;
    found.left--;
    if (found.left === 0) this.waiting = this.waiting.filter((one) => one !== found);
    return found.fault;
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
  if (!opens?.[1]) return body;
  const values = opens[1].split(',');
  values[Math.floor(values.length / 2)] = '"NaN"';
  return JSON.parse(text.replace(opens[0], `"open":[${values.join(',')}]`));
}
