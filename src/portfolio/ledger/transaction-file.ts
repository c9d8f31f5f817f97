import { setImmediate as otherWork } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { DomainError, type FieldError } from '../../shared/errors.js';
import type { OfferedLine } from './ledger.service.js';
import { readLine } from './transaction-reader.js';

/** Lines of one file: an active trader's decade. */
const mostLines = 20_000;
/** After so many lines others have their turn. */
const linesAtOnce = 100;
/** A line of a transaction has some 150 characters. */
const longestRecord = 8_192;

const columns = [
  'kind',
  'executed_at',
  'asset',
  'quantity',
  'price',
  'amount',
  'currency',
  'fee',
  'fee_currency',
  'account',
  'to_account',
  'ratio',
  'external_id',
  'note',
] as const;
const needed = ['kind', 'executed_at', 'asset'];

/**
 * Reads a CSV file of transactions: a header that names columns, one transaction a line, empty fields say nothing.
 *
 * @throws DomainError `invalid` for a file that is none of transactions, or has too many lines
 */
export async function readTransactionFile(bytes: AsyncIterable<Uint8Array>): Promise<OfferedLine[]> {
  const lines: OfferedLine[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestRecord,
  });
  parser.on('skip', (error: CsvError) => {
    lines.push({ line: Number(error['lines'] ?? 0), errors: [{ field: '(whole)', message: reasonOf(error) }] });
  });
  const feeding = feed(bytes, parser);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        header = headerOf(record);
        continue;
      }
      if (lines.length >= mostLines) {
        throw refused('file', `more than ${mostLines} lines`, `has more than ${mostLines} lines; send it in parts`);
      }
      lines.push(await lineOf(info.lines, record, header));
      if (lines.length % linesAtOnce === 0) await otherWork();
    }
    await feeding;
  } catch (error) {
    parser.destroy();
    throw error instanceof CsvError ? refused('file', undefined, reasonOf(error)) : error;
  }
  if (!header) throw refused('file', undefined, `is empty: a header like ${needed.join(',')} is missing`);
  return lines.sort((a, b) => a.line - b.line);
}

/** Nothing is read ahead of the parser; what goes wrong with the bytes ends the reading of lines, too. */
async function feed(bytes: AsyncIterable<Uint8Array>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) await new Promise<void>((resolve) => onceReady(parser, resolve));
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function onceReady(parser: ReturnType<typeof parse>, ready: () => void): void {
  parser.once('drain', ready);
  parser.once('close', ready);
}

function headerOf(record: readonly string[]): readonly string[] {
  const names = record.map((text) => text.trim().toLowerCase());
  const errors: FieldError[] = [
    ...names
      .filter((name) => !(columns as readonly string[]).includes(name))
      .map((name) => ({
        field: 'file.1',
        value: shown(name),
        message: `is no column; there are ${columns.join(', ')}`,
      })),
    ...names
      .filter((name, i) => names.indexOf(name) !== i)
      .map((name) => ({ field: 'file.1', value: shown(name), message: 'stands there twice' })),
    ...needed
      .filter((name) => !names.includes(name))
      .map((name) => ({ field: 'file.1', value: shown(names.join(',')), message: `lacks the column ${name}` })),
  ].slice(0, 20);
  if (errors.length > 0) throw invalid(errors);
  return names;
}

async function lineOf(line: number, record: readonly string[], header: readonly string[]): Promise<OfferedLine> {
  if (record.length !== header.length) {
    const message = `has ${record.length} fields where the header has ${header.length}`;
    return { line, errors: [{ field: '(whole)', value: shown(record.join(',')), message }] };
  }
  const fields: Record<string, string> = {};
  for (const [i, name] of header.entries()) {
    const text = record[i]!.trim();
    if (text !== '') fields[name] = text;
  }
  if (fields['kind'] !== undefined) fields['kind'] = fields['kind'].toLowerCase();
  return readLine(line, fields);
}

const reasons: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `has a line of more than ${longestRecord} characters`,
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is not closed',
  INVALID_OPENING_QUOTE: 'has a quote in the middle of a field',
  CSV_INVALID_CLOSING_QUOTE: 'has something behind a closing quote',
};
const reasonOf = (error: CsvError) => reasons[error.code] ?? `is no CSV (${error.code})`;

const shown = (text: string) =>
  (text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}');
const invalid = (errors: readonly FieldError[]) =>
  new DomainError('invalid', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), { errors });
const refused = (field: string, value: string | undefined, message: string) =>
  invalid([{ field, ...(value !== undefined && { value }), message }]);
