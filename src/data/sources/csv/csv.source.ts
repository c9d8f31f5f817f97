import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import type { EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import {
  intervalMs,
  type Adjustment,
  type Interval,
  type QuoteCurrency,
  type RefusedRow,
} from '../../domain/candle.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, type FailedOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceAbilities,
  SourceBudget,
  SourceIo,
  SourceOutcome,
} from '../market-data-source.js';
import { sourceFamily } from '../source-family.js';
import { folderDescription, header, isHeader, offeredRow } from './csv.payloads.js';

/** A row of prices has some 120 characters; a longer one is no row of prices. */
const longestRecord = 4_096;

const intervals = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;

/** One folder of price files, named by symbol and, within a day, by interval. */
class CsvSource implements MarketDataSource {
  readonly id: string;
  readonly offers: SourceAbilities = {
    candles: { crypto: intervals, stock: intervals, etf: intervals },
    bars: 'ohlc',
    quotes: [],
    basis: 'spot',
    historyDays: {},
    history: 'what the files of the folder hold',
    corporateActions: [],
    wholeHistory: true,
    publicationLagMs: 0,
  };
  readonly budget: SourceBudget;

  constructor(
    private readonly folder: string,
    private readonly quote: QuoteCurrency,
    private readonly adjustment: Adjustment,
  ) {
    this.id = sourceId(folder);
    this.budget = { key: this.id, windows: [] };
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const why = whyNotOffered(this.offers, request.asset.assetClass, request.interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const found = await this.filesOf(request.asset, request.interval);
    if (found.kind !== 'files') return found;
    const parts: OfferedCandle[][] = [];
    const malformed: RefusedRow[] = [];
    for (const file of found.names) {
      const read = await readFile(path.join(this.folder, file), request, io);
      if (read.kind !== 'rows') return read;
      if (read.offered.length > 0) parts.push(oldestFirst(read.offered));
      malformed.push(...read.malformed);
    }
    // several files of one series follow each other in time, whatever their names
    parts.sort((a, b) => a[0]!.openTime - b[0]!.openTime);
    const outcome = candleAnswer(
      {
        quoteCurrency: found.quote,
        adjustment: this.adjustment,
        offered: parts.flat(),
        malformed,
        simulatedSeed: null,
      },
      request,
      io.now(),
    );
    if (outcome.kind !== 'ok') return outcome;
    return { kind: 'ok', value: { ...outcome.value, refused: outcome.value.refused.toSorted(byFileAndLine) } };
  }

  private async filesOf(asset: Asset, interval: Interval): Promise<Files | FailedOutcome> {
    let names: string[];
    try {
      names = await fs.promises.readdir(this.folder);
    } catch (error) {
      return { kind: 'unavailable', why: `folder ${path.basename(this.folder)}: ${codeOf(error)}` };
    }
    const stems = stemsOf(asset, this.quote);
    for (const [stem, quote] of stems) {
      const files = filesNamed(names, stem, interval);
      if (files.length > 0) return { kind: 'files', names: files, quote };
    }
    const isThere = stems.some(([stem]) => intervals.some((other) => filesNamed(names, stem, other).length > 0));
    return isThere
      ? { kind: 'notOffered', why: `has no file of ${asset.id} in ${interval}` }
      : { kind: 'unknownAsset' };
  }
}

interface Files {
  readonly kind: 'files';
  readonly names: readonly string[];
  readonly quote: QuoteCurrency;
}

/** How files of an asset begin, in the order in which they are looked for, and the currency that the name tells. */
function stemsOf({ id, assetClass }: Asset, quote: QuoteCurrency): [string, QuoteCurrency][] {
  const plain: [string, QuoteCurrency][] = [
    [id, quote],
    [`${id}-USD`, 'USD'],
  ];
  // of a share these would be the name of another thing
  if (assetClass !== 'crypto') return plain;
  return [...plain, [`${id}USD`, 'USD'], [`${id}USDT`, 'USDT']];
}

/**
 * The files of one stem and interval, by name: `<stem>.csv` alone for daily bars, otherwise `<stem>-<interval>.csv` and
 * whatever parts of it there are, `<stem>-<interval>-<part>.csv`. Of a file and its archive the file is read.
 */
function filesNamed(names: readonly string[], stem: string, interval: Interval): string[] {
  const plain = [`${stem}.csv`, `${stem}.csv.gz`].find((name) => interval === '1d' && names.includes(name));
  if (plain !== undefined) return [plain];
  const isPart = (rest: string) => /^(-[A-Za-z0-9_]+)?\.csv(\.gz)?$/.test(rest);
  const start = `${stem}-${interval}`;
  const files = names.filter((name) => name.startsWith(start) && isPart(name.slice(start.length)));
  return files.filter((name) => !(name.endsWith('.gz') && files.includes(name.slice(0, -3)))).sort();
}

/** Rows from the oldest on: a file may also run from the newest row down. Single rows out of order stay where they are. */
function oldestFirst(rows: OfferedCandle[]): OfferedCandle[] {
  const rising = rows.filter(({ openTime }, i) => i > 0 && openTime > rows[i - 1]!.openTime).length;
  const falling = rows.filter(({ openTime }, i) => i > 0 && openTime < rows[i - 1]!.openTime).length;
  return falling > rising ? rows.toReversed() : rows;
}

function byFileAndLine(a: RefusedRow, b: RefusedRow): number {
  const [fileA, fileB] = [a, b].map(({ where }) => where.slice(0, where.lastIndexOf(':'))) as [string, string];
  return fileA === fileB ? lineOf(a) - lineOf(b) : fileA < fileB ? -1 : 1;
}

const lineOf = ({ where }: RefusedRow) => Number(where.slice(where.lastIndexOf(':') + 1));

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);

const withoutQuotes = (field: string) => (/^"[^"]*"$/.test(field) ? field.slice(1, -1).trim() : field);

type Rows = { kind: 'rows'; offered: OfferedCandle[]; malformed: RefusedRow[] };

/** The rows of the window and those of the future; the others are read over, so that a part of a long file costs little. */
async function readFile(file: string, request: CandleRequest, io: SourceIo): Promise<Rows | FailedOutcome> {
  const { signal } = io;
  const name = path.basename(file);
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  let seen: string[] | undefined;
  const parser = parse({
    bom: true,
    // one line is one row, whatever stands in it: a stray quote must not swallow the rows behind it
    quote: false,
    trim: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  });
  const isWanted = windowOf(request, io.now());
  const takeRows = async (records: AsyncIterable<{ record: string[]; info: { lines: number } }>) => {
    for await (const { record: fields, info } of records) {
      const record = fields.map(withoutQuotes);
      if (!seen) {
        seen = record;
        if (!isHeader(record)) return;
        continue;
      }
      const row = offeredRow(record, `${name}:${info.lines}`, request.interval);
      if ('reason' in row) malformed.push(row);
      else if (isWanted(row.openTime)) offered.push(row);
    }
  };
  try {
    const bytes = fs.createReadStream(file);
    if (file.endsWith('.gz')) await pipeline(bytes, createGunzip(), parser, takeRows, { signal });
    else await pipeline(bytes, parser, takeRows, { signal });
  } catch (error) {
    signal.throwIfAborted();
    // a wrong header ends the reading early, and the pipeline calls that an error
    if (!seen || isHeader(seen)) return failureOf(error, name);
  }
  if (!seen) return badAnswer(`${name} is empty: the header ${header.join(',')} is missing`);
  if (!isHeader(seen))
    return badAnswer(`${name}:1 is "${seen.join(',').slice(0, 80)}" instead of the header ${header.join(',')}`);
  return { kind: 'rows', offered, malformed };
}

function windowOf({ interval, from, to }: CandleRequest, now: EpochMs): (openTime: EpochMs) => boolean {
  const [first, last] = [from ?? -Infinity, Math.min(to, now) - intervalMs[interval]];
  return (openTime) => openTime > now || (openTime >= first && openTime <= last);
}

function failureOf(error: unknown, name: string): FailedOutcome {
  if (error instanceof CsvError) return badAnswer(`${name} is no CSV: ${error.message}`);
  const code = codeOf(error);
  // a damaged archive stays damaged, other trouble with a file may pass
  return code.startsWith('Z_')
    ? badAnswer(`${name} is no gzip file: ${code}`)
    : { kind: 'unavailable', why: `${name}: ${code}` };
}

const sourceId = (folder: string) => `csv:${path.basename(folder)}`;

/** An owner's import is the source `csv:<owner>`; without an identity provider there is this one. */
const ownerNames: ReadonlySet<string> = new Set(['local']);

class PriceFolderError extends Error {
  override readonly name = 'PriceFolderError';
}

/** @throws PriceFolderError when a folder is not there, describes itself wrongly, or is named like another or an owner */
function openFolders(folders: readonly string[]): CsvSource[] {
  const opened = new Map<string, string>();
  return folders.map((given) => {
    const folder = path.resolve(given);
    const id = sourceId(folder);
    if (ownerNames.has(path.basename(folder))) {
      throw new PriceFolderError(`the price folder ${folder} would be ${id}, an owner's import: rename it`);
    }
    const other = opened.get(id);
    if (other !== undefined) {
      throw new PriceFolderError(`the price folders ${other} and ${folder} would both be the source ${id}: rename one`);
    }
    opened.set(id, folder);
    if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      const hint = given.includes(',') ? `; several folders are separated by "${path.delimiter}"` : '';
      throw new PriceFolderError(`the price folder ${folder} is not there or is no folder${hint}`);
    }
    refuseFolderOfFolders(folder);
    const { quote, adjustment } = describedBy(path.join(folder, 'folder.json'));
    return new CsvSource(folder, quote, adjustment);
  });
}

/** Folders are not searched: one that only holds others would be a source that knows nothing. */
function refuseFolderOfFolders(folder: string): void {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (inner.length === 0 || entries.some(({ name }) => /\.csv(\.gz)?$/.test(name))) return;
  const named = inner.slice(0, 3).join(', ');
  throw new PriceFolderError(`the price folder ${folder} holds folders (${named}) and no price file: name those`);
}

function describedBy(file: string) {
  if (!fs.existsSync(file)) return folderDescription.parse({});
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PriceFolderError(`${file} is no JSON`, { cause });
  }
  const parsed = folderDescription.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || '(whole)'}: ${message}`);
  throw new PriceFolderError(`${file}: ${wrong.join('; ')}`, { cause: parsed.error });
}

const folderList = z.string().transform((text) =>
  text
    .split(path.delimiter)
    .map((folder) => folder.trim())
    .filter(Boolean),
);

export const csv = sourceFamily('csv', z.object({ FKS_PRICES: folderList.default([]) }), ({ FKS_PRICES }) =>
  openFolders(FKS_PRICES),
);
