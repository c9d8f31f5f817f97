import fs from 'node:fs';
import path from 'node:path';
import { parseAsOf } from '../../src/shared/time.js';
import { readOptions, UsageError } from '../local/command-line.js';
import { folderId } from './price-folders.js';

export interface DemoOptions {
  once: boolean;
  priceFolders: string[];
  asOf: string | undefined;
  simulate: boolean;
  seed: number;
  live: boolean;
  answer: 'approve' | 'reject';
  report: string | undefined;
  fresh: boolean;
}

export const help = `npm run demo -- [options]

Starts the local stack, runs the pipeline once on a sample portfolio and shows the result.
On a terminal it stays up until Ctrl-C; with --once, or without a terminal, it answers the decision itself,
shows the audit trail, stops what it started and ends.

  --once                   do not stay up
  --prices DIR             a folder of price histories, one CSV an asset (<SYMBOL>.csv, <SYMBOL>-USD.csv or
                           <SYMBOL>USDT.csv, also .csv.gz; header date,open,high,low,close,volume);
                           repeatable, the first folder that has an asset wins; used alone unless --live
  --as-of DATE             run as if DATE had just ended (2021-07-06, or an instant such as 2021-07-06T12:00:00Z)
                           default: the last day with a closed BTC bar in the folders, otherwise now
  --simulate [--seed N]    prices from the built-in market simulator
  --live                   live sources: beside the folders, or without falling back to the simulator
  --answer approve|reject  the answer given with --once (default approve)
  --report FILE            writes the whole result as JSON
  --fresh                  forgets what earlier demos stored
  --help                   this text

Without --prices, --simulate or --live it asks the live sources and, where none can be reached within 5 seconds,
uses the market simulator. Settings by environment stand in .env.example (FKS_PRICES is like --prices).`;

/**
 * Reads the command line; relative paths are taken from `from`, where the caller stands.
 *
 * Returns 'help' when help was asked for and throws UsageError for anything that cannot be meant.
 */
export function parseOptions(
  args: readonly string[],
  environment: { env: NodeJS.ProcessEnv; from: string; now: number },
): DemoOptions | 'help' {
  const values = readOptions(args, {
    once: { type: 'boolean' },
    prices: { type: 'string', multiple: true },
    'as-of': { type: 'string' },
    simulate: { type: 'boolean' },
    seed: { type: 'string' },
    live: { type: 'boolean' },
    answer: { type: 'string' },
    report: { type: 'string' },
    fresh: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help) return 'help';
  const { env, from, now } = environment;
  const simulate = values.simulate ?? false;
  const live = values.live ?? false;
  const given = values.prices ?? [];
  if (simulate && given.length > 0) throw new UsageError('--simulate and --prices exclude each other');
  if (simulate && live) throw new UsageError('--simulate and --live exclude each other');
  if (values.seed !== undefined && !simulate) throw new UsageError('--seed needs --simulate');
  const folders = given.length > 0 || simulate ? given : (env.FKS_PRICES ?? '').split(':').filter((dir) => dir !== '');
  return {
    once: values.once ?? false,
    priceFolders: readableFolders(folders.map((dir) => path.resolve(from, dir))),
    asOf: checkedAsOf(values['as-of'], now),
    simulate,
    seed: checkedSeed(values.seed ?? '1'),
    live,
    answer: checkedAnswer(values.answer ?? 'approve'),
    report: values.report === undefined ? undefined : path.resolve(from, values.report),
    fresh: values.fresh ?? false,
  };
}

function readableFolders(folders: string[]): string[] {
  const ids = new Map<string, string>();
  for (const folder of folders) {
    if (!fs.existsSync(folder)) throw new UsageError(`--prices: there is no folder ${folder}`);
    if (!fs.statSync(folder).isDirectory()) throw new UsageError(`--prices: ${folder} is not a folder`);
    if (folder.includes(':')) throw new UsageError(`--prices: a folder's path cannot hold a colon: ${folder}`);
    const id = folderId(folder);
    const other = ids.get(id);
    if (other !== undefined) {
      throw new UsageError(`--prices: ${other} and ${folder} would both be called ${id}; rename one of them`);
    }
    ids.set(id, folder);
  }
  return folders;
}

function checkedAsOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const instant = parseAsOf(text);
  if (instant === undefined) {
    throw new UsageError(`--as-of is neither a date such as 2021-07-06 nor an instant with a zone: ${text}`);
  }
  if (instant > now) throw new UsageError(`--as-of is not over yet: ${text}`);
  return text;
}

function checkedSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed)) throw new UsageError(`--seed is not a whole number: ${text}`);
  return seed;
}

function checkedAnswer(text: string): 'approve' | 'reject' {
  if (text === 'approve' || text === 'reject') return text;
  throw new UsageError(`--answer is neither approve nor reject: ${text}`);
}
