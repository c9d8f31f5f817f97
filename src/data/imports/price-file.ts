import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from '../domain/asset.js';
import { isBarStart } from '../domain/bar-grid.js';
import type { OfferedCandle } from '../domain/candle-checks.js';
import type { Candle, Interval } from '../domain/candle.js';
import { believedParts, type HistoryWindow } from '../domain/long-history.js';
import { header, isHeader, offeredRow, simulatedColumn } from '../sources/csv/csv.payloads.js';
import { textLines } from './text-lines.js';

/** A row of prices has some 120 characters; a longer one is no row of prices. */
const longestLine = 4_096;
/** Refused lines that a report tells; all of them are counted. */
const toldLines = 100;

/** One line of a file that was not believed. */
export interface RefusedLine {
  readonly line: number;
  /** Null when the line as a whole is wrong. */
  readonly field: string | null;
  /** As it stands there, shortened. */
  readonly value: string;
  readonly reason: string;
}

/** Why a file as a whole is not taken. */
export class PriceFileError extends Error {
  override readonly name = 'PriceFileError';
  constructor(
    message: string,
    /** What stands there instead, shortened. */
    readonly value?: string,
    /** Lines that were refused before. */
    readonly refused: readonly RefusedLine[] = [],
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

interface PriceRow extends OfferedCandle {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Reads one file of prices, once, holding no more of it than a window of rows. */
export class PriceFile {
  /** Good rows. */
  rowsRead = 0;
  rowsRefused = 0;
  firstOpenTime: EpochMs | null = null;
  lastOpenTime: EpochMs | null = null;
  private readonly told: RefusedLine[] = [];

  /** `text` is the file's, unpacked. */
  constructor(
    private readonly text: AsyncIterable<Uint8Array>,
    private readonly assetClass: AssetClass,
    private readonly interval: Interval,
    private readonly now: EpochMs,
    private readonly window?: HistoryWindow,
  ) {}

  /** The first refused lines, in the order of the file. */
  get refused(): RefusedLine[] {
    return this.told.toSorted((a, b) => a.line - b.line).slice(0, toldLines);
  }

  /**
   * The file's bars in parts, the oldest first in each.
   *
   * @throws PriceFileError when the file is none of prices, UnitChangedError when its unit changes on the way
   */
  async *parts(): AsyncGenerator<Candle[], void, undefined> {
    const refuse = ({ line, fields }: PriceRow, reason: string) => this.refuse(line, fields, reason);
    for await (const part of believedParts(this.rows(), this.interval, this.now, refuse, this.window)) {
      this.rowsRead += part.length;
      this.firstOpenTime = Math.min(this.firstOpenTime ?? Infinity, part[0]!.openTime);
      this.lastOpenTime = Math.max(this.lastOpenTime ?? -Infinity, part.at(-1)!.openTime);
      yield part;
    }
  }

  private async *rows(): AsyncGenerator<PriceRow, void, undefined> {
    let isHeaderSeen = false;
    for await (const { line, text, isTooLong } of textLines(this.text, longestLine)) {
      if (text.trim() === '') continue;
      const fields = text.split(',').map(withoutQuotes);
      if (!isHeaderSeen) {
        if (fields.at(-1) === simulatedColumn)
          throw new PriceFileError('has prices of the market simulator, which never pass as real ones', shown(text));
        if (!isHeader(fields))
          throw new PriceFileError(`does not begin with the header ${header.join(',')}`, shown(text));
        isHeaderSeen = true;
        continue;
      }
      if (isTooLong) {
        this.refuse(line, [text], `has more than ${longestLine} characters`);
        continue;
      }
      const row = offeredRow(fields, `line ${line}`, this.interval);
      if ('reason' in row) this.refuse(line, fields, row.reason);
      else if (!isBarStart(this.assetClass, this.interval, row.openTime)) {
        this.refuse(line, fields, `date ${toIso(row.openTime)} is no start of a bar of ${this.interval}`);
      } else yield { ...row, line, fields };
    }
    if (!isHeaderSeen) throw new PriceFileError(`is empty: the header ${header.join(',')} is missing`);
  }

  private refuse(line: number, fields: readonly string[], reason: string): void {
    this.rowsRefused += 1;
    // every reason begins with the field that it is about
    const at = header.findIndex((name) => fields.length === header.length && reason.startsWith(`${name} `));
    const field = header[at] ?? null;
    const value = shown(field === null ? fields.join(',') : fields[at]!);
    this.told.push({ line, field, value, reason: storable(reason) });
    // rows that are judged late come after others that stand behind them
    if (this.told.length >= 4 * toldLines) this.told.splice(0, Infinity, ...this.refused);
  }
}

/**
 * The bytes of a file, unpacked where it is packed.
 *
 * @throws PriceFileError when the archive is damaged, or there are more than `mostBytes` of them
 */
export async function* unpacked(
  bytes: Readable,
  isGzip: boolean,
  mostBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sum = 0;
  try {
    // whichever of the two fails or is left, the other one ends with it
    const text = isGzip ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
    for await (const chunk of text as AsyncIterable<Buffer>) {
      sum += chunk.length;
      if (sum > mostBytes) throw new PriceFileError(`has more than ${mostBytes} bytes, unpacked`);
      yield chunk;
    }
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
    throw new PriceFileError('is a damaged or incomplete gzip file', code, [], error);
  }
}

/** Whether a file that begins with these bytes is packed by gzip. */
export const isGzip = (beginning: Uint8Array): boolean => beginning[0] === 0x1f && beginning[1] === 0x8b;

const withoutQuotes = (field: string) => {
  const text = field.trim();
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1).trim() : text;
};

/** PostgreSQL stores no zero byte and no half of a surrogate pair. */
const storable = (text: string) => text.replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}');

/** A text as a report shows it: storable, and not too long. */
export const shown = (text: string, characters = 60): string =>
  storable(text.length > characters ? `${text.slice(0, characters)}…` : text);
