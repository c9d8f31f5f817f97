import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { checkCandles, type OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type Adjustment, type QuoteCurrency, type RefusedRow } from '../../domain/candle.js';
import { badAnswer, type FailedOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceFamily,
  SourceIo,
  SourceOutcome,
} from '../market-data-source.js';
import { folderDescription, header, isHeader, offeredRow } from './csv.payloads.js';

/** A row of prices has some 120 characters; a longer one is no row of prices. */
const longestRecord = 4_096;

/** One folder of price files: `<SYMBOL>.csv`, `<SYMBOL>-USD.csv` or `<SYMBOL>USDT.csv`, each also with `.gz`. */
class CsvSource implements MarketDataSource {
  readonly id: string;
  readonly offers = {
    candles: ['1d'],
    assetClasses: ['crypto', 'stock', 'etf'],
    quotes: false,
    history: 'what the files of the folder hold',
    wholeHistory: true,
    publicationLagMs: 0,
  } as const;
  readonly limits = { requestsPerMinute: Infinity };

  constructor(
    private readonly folder: string,
    private readonly quote: QuoteCurrency,
    private readonly adjustment: Adjustment,
  ) {
    this.id = sourceId(folder);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const found = await this.fileOf(request.assetId);
    if (found.kind !== 'file') return found;
    const read = await readFile(found.path, request, io.signal);
    if (read.kind !== 'rows') return read;
    const { candles, refused: disbelieved } = checkCandles(oldestFirst(read.offered), request.interval, io.now());
    const refused = [...read.malformed, ...disbelieved].sort((a, b) => lineOf(a) - lineOf(b));
    if (candles.length === 0 && refused.length === 0) return { kind: 'empty' };
    const { from, to, interval } = request;
    const asked = candles.filter(
      ({ openTime }) => openTime >= (from ?? -Infinity) && openTime + intervalMs[interval] <= to,
    );
    return {
      kind: 'ok',
      value: {
        quoteCurrency: found.quote,
        adjustment: this.adjustment,
        candles: asked,
        refused,
        rowsRefused: refused.length,
        simulatedSeed: null,
      },
    };
  }

  /** The first file that is there, in the order of the class's description. */
  private async fileOf(assetId: string): Promise<{ kind: 'file'; path: string; quote: QuoteCurrency } | FailedOutcome> {
    let names: Set<string>;
    try {
      names = new Set(await fs.promises.readdir(this.folder));
    } catch (error) {
      return { kind: 'unavailable', why: `folder ${path.basename(this.folder)}: ${codeOf(error)}` };
    }
    const stems: [string, QuoteCurrency][] = [
      [assetId, this.quote],
      [`${assetId}-USD`, 'USD'],
      [`${assetId}USDT`, 'USDT'],
    ];
    for (const [stem, quote] of stems) {
      const name = [`${stem}.csv`, `${stem}.csv.gz`].find((file) => names.has(file));
      if (name !== undefined) return { kind: 'file', path: path.join(this.folder, name), quote };
    }
    return { kind: 'unknownAsset' };
  }
}

/** Rows from the oldest on: a file may also run from the newest row down. Single rows out of order stay where they are. */
function oldestFirst(rows: readonly OfferedCandle[]): readonly OfferedCandle[] {
  const rising = rows.filter(({ openTime }, i) => i > 0 && openTime > rows[i - 1]!.openTime).length;
  const falling = rows.filter(({ openTime }, i) => i > 0 && openTime < rows[i - 1]!.openTime).length;
  return falling > rising ? rows.toReversed() : rows;
}

const lineOf = ({ where }: RefusedRow) => Number(where.slice(where.lastIndexOf(':') + 1));

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);

const withoutQuotes = (field: string) => (/^"[^"]*"$/.test(field) ? field.slice(1, -1).trim() : field);

type Rows = { kind: 'rows'; offered: OfferedCandle[]; malformed: RefusedRow[] };

async function readFile(file: string, { interval }: CandleRequest, signal: AbortSignal): Promise<Rows | FailedOutcome> {
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
  const takeRows = async (records: AsyncIterable<{ record: string[]; info: { lines: number } }>) => {
    for await (const { record: fields, info } of records) {
      const record = fields.map(withoutQuotes);
      if (!seen) {
        seen = record;
        if (!isHeader(record)) return;
        continue;
      }
      const row = offeredRow(record, `${name}:${info.lines}`, interval);
      if ('reason' in row) malformed.push(row);
      else offered.push(row);
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

function failureOf(error: unknown, name: string): FailedOutcome {
  if (error instanceof CsvError) return badAnswer(`${name} is no CSV: ${error.message}`);
  const code = codeOf(error);
  // a damaged archive stays damaged, other trouble with a file may pass
  return code.startsWith('Z_')
    ? badAnswer(`${name} is no gzip file: ${code}`)
    : { kind: 'unavailable', why: `${name}: ${code}` };
}

const sourceId = (folder: string) => `csv:${path.basename(folder)}`;

class PriceFolderError extends Error {
  override readonly name = 'PriceFolderError';
}

/** @throws PriceFolderError when a folder is not there, describes itself wrongly, or shares its name with another */
function openFolders(folders: readonly string[]): CsvSource[] {
  const opened = new Map<string, string>();
  return folders.map((given) => {
    const folder = path.resolve(given);
    const id = sourceId(folder);
    const other = opened.get(id);
    if (other !== undefined) {
      throw new PriceFolderError(`the price folders ${other} and ${folder} would both be the source ${id}: rename one`);
    }
    opened.set(id, folder);
    if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new PriceFolderError(`the price folder ${folder} is not there or is no folder`);
    }
    const { quote, adjustment } = describedBy(path.join(folder, 'folder.json'));
    return new CsvSource(folder, quote, adjustment);
  });
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

export const csv: SourceFamily = { name: 'csv', create: ({ priceFolders }) => openFolders(priceFolders) };
