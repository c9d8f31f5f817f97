import { z } from 'zod';
import type { EpochMs } from '../../src/shared/time.js';

/** Faults of the wire, then those of what a model says. */
const faultKinds = [
  'timeout',
  '429',
  '429-no-retry-after',
  '500',
  '503',
  'html',
  'cut',
  'truncated-json',
  'wrong-schema',
  'slow',
  'refused',
  'contradiction',
  'wrong-side',
  'far-levels',
  'injection',
] as const;

/** In force for `count` requests of a route, for `forSeconds`, or, without both, for one request. */
export const faultOrder = z.strictObject({
  kind: z.enum(faultKinds, { error: `is none of ${faultKinds.join(', ')}` }),
  /** Begin of the path; every route of the model and the rules without it. */
  route: z.string().startsWith('/').default('/ai/'),
  count: z.int().min(1).optional(),
  forSeconds: z.number().positive().max(86_400).optional(),
  retryAfterSeconds: z.int().min(0).max(86_400).default(1),
  /** How many times longer an answer takes. */
  factor: z.number().min(1).max(1_000).default(10),
});
export type FaultOrder = z.input<typeof faultOrder>;
export type Fault = z.output<typeof faultOrder>;

/** Orders in force, the oldest first. */
export class Faults {
  private inForce: { fault: Fault; left: number; until: EpochMs }[] = [];

  add(fault: Fault, now = Date.now()): void {
    const left = fault.count ?? (fault.forSeconds === undefined ? 1 : Infinity);
    const until = fault.forSeconds === undefined ? Infinity : now + fault.forSeconds * 1_000;
    this.inForce.push({ fault, left, until });
  }

  clear(): void {
    this.inForce = [];
  }

  /** The fault of a request, which is counted. */
  take(path: string, now = Date.now()): Fault | undefined {
    this.inForce = this.inForce.filter(({ left, until }) => left > 0 && until > now);
    const mine = this.inForce.find(({ fault }) => path.startsWith(fault.route));
    if (mine) mine.left -= 1;
    return mine?.fault;
  }
}
