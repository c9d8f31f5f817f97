import type { ActivityOptions } from '@temporalio/workflow';

/**
 * The retry classes. Each has a limit per attempt and a limit in all, so that no activity waits for ever. Where the limit in
 * all is the caller's, it says so.
 */

/** After this long without a beat the worker counts as dead; every running activity beats (platform/temporal/heartbeat.ts). */
const heartbeatTimeout = '10 s';

/** Reads from our own database: cheap to repeat. */
export const readFreely = {
  startToCloseTimeout: '20 s',
  scheduleToCloseTimeout: '10 min',
  heartbeatTimeout,
  retry: { initialInterval: '200 ms', maximumInterval: '10 s' },
} satisfies ActivityOptions;

/** Reads and compares whole histories in our own database: cheap to repeat, and may take minutes. */
export const readAtLength = {
  startToCloseTimeout: '10 min',
  scheduleToCloseTimeout: '2 h',
  heartbeatTimeout,
  retry: { initialInterval: '200 ms', maximumInterval: '10 s' },
} satisfies ActivityOptions;

/** Writes to our own database: many retries are safe because every write has a business key. */
export const writeOnce = {
  startToCloseTimeout: '20 s',
  scheduleToCloseTimeout: '24 h',
  heartbeatTimeout,
  retry: { initialInterval: '200 ms', maximumInterval: '30 s' },
} satisfies ActivityOptions;

/** Asks a rate-limited source: long back-off, and the source's own retry-after where it gives one. */
export const askSource = {
  startToCloseTimeout: '3 min',
  scheduleToCloseTimeout: '2 h',
  heartbeatTimeout,
  retry: { initialInterval: '2 s', backoffCoefficient: 2, maximumInterval: '5 min', maximumAttempts: 8 },
} satisfies ActivityOptions;

/**
 * As `askSource`, for one part of one source's history. The activity itself says how often a source that is away is
 * asked again; the limit here is for workers that die over it.
 */
export const askForPart = {
  ...askSource,
  startToCloseTimeout: '10 min',
  retry: { ...askSource.retry, maximumInterval: '1 min', maximumAttempts: 50 },
} satisfies ActivityOptions;

/**
 * One question to a model that may be away for hours: asked again for as long as an answer can still be used, at long
 * intervals, because the queue's workers keep budget and circuit and fail at once while it rests. The total limit is the
 * caller's: what is left until the answer would come too late.
 */
export const askModel = {
  // the longest call there may be is 170 s
  startToCloseTimeout: '4 min',
  heartbeatTimeout,
  retry: { initialInterval: '5 s', backoffCoefficient: 2, maximumInterval: '10 min' },
} satisfies ActivityOptions;
