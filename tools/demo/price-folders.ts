import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dayMs, parseAsOf, utcDate } from '../../src/shared/time.js';

/** What one folder has of an asset, by the dates in its file; whether the rows are good is the pipeline's to say. */
export interface PriceFile {
  asset: string;
  file: string;
  dates: string[];
}

/** How the folder is called as a source. */
export const folderId = (folder: string): string => `csv:${path.basename(folder)}`;

/** The asset's file in the first folder that has one, or undefined. */
export function findPriceFile(asset: string, folders: readonly string[]): PriceFile | undefined {
  for (const folder of folders) {
    for (const stem of [asset, `${asset}-USD`, `${asset}USDT`]) {
      for (const ending of ['.csv', '.csv.gz']) {
        const file = path.join(folder, stem + ending);
        if (fs.existsSync(file)) return { asset, file, dates: datesIn(file) };
      }
    }
  }
  return undefined;
}

function datesIn(file: string): string[] {
  const bytes = fs.readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .map((line) => line.slice(0, 10))
    .filter((date) => /^\d{4}-\d{2}-\d{2}$/.test(date))
    .sort();
}

/** The last day of the file whose bar is closed at `now`; a day's bar closes when the day ends in UTC. */
export function lastClosedDay(file: PriceFile, now: number): string | undefined {
  const lastFull = utcDate(now - dayMs);
  return file.dates.findLast((date) => date <= lastFull);
}

/** Days of the year before the as-of that a file has, ends included. */
export function daysInYearBefore(file: PriceFile, asOf: string): number {
  const end = parseAsOf(asOf);
  if (end === undefined) return 0;
  const [first, last] = [utcDate(end - 365 * dayMs), utcDate(end - dayMs)];
  return file.dates.filter((date) => date >= first && date <= last).length;
}
