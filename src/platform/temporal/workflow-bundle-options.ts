import { silentTracing } from './tracing.js';

/** What every bundle of the workflows is built with, so that a prebuilt one equals the worker's own. */
export const workflowBundleOptions = { plugins: [silentTracing()] };
