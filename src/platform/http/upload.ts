import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import busboy, { type Busboy } from 'busboy';
import { DomainError } from '../../shared/errors.js';

/** A file that came whole. It lies on the disk, under no name: when the process goes, it is gone. */
export interface UploadedFile {
  /** As the client calls it. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the bytes, as lower-case hex. */
  readonly sha256: string;
  /** The first bytes, at most 16. */
  readonly beginning: Uint8Array;
  read(): Readable;
  close(): Promise<void>;
}

export interface Upload {
  /** The last of each name. */
  readonly fields: Readonly<Record<string, string>>;
  readonly file: UploadedFile | undefined;
}

/** What stands around the file: boundaries, headers, other fields. */
const envelopeBytes = 64 * 1024;

/**
 * Receives a form with one file, in the field `file`, in constant memory. Whoever gets the upload closes its file.
 *
 * The file is written to the disk first, so that nothing is done with half of one and no database waits for a client.
 *
 * @throws UnsupportedMediaTypeException when it is no multipart form, PayloadTooLargeException beyond `mostBytes`,
 *   DomainError `bad_request` for a form that is broken or broke off, `unavailable` when there is no room
 */
export async function receiveUpload(request: IncomingMessage, mostBytes: number): Promise<Upload> {
  const form = formOf(request, mostBytes);
  const fields: Record<string, string> = {};
  let receiving: Promise<UploadedFile> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      // it comes again when the form is given up
      form.on('error', (cause) => reject(badForm('it is no whole multipart form', cause)));
      if (Number(request.headers['content-length'] ?? 0) > mostBytes + envelopeBytes) throw tooLarge(mostBytes);
      form.on('file', (field, stream, { filename }) => {
        // a form that breaks tells its file, too, whoever reads it by then
        stream.on('error', reject);
        if (field !== 'file') {
          reject(badForm(`"${field.slice(0, 40)}" is a file; the file is sent as "file"`));
          return;
        }
        stream.once('limit', () => reject(tooLarge(mostBytes)));
        receiving = received(stream, filename);
        receiving.catch(reject);
      });
      form.on('field', (name, value) => (fields[name] = value));
      for (const event of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
        form.on(event, () => reject(badForm('it has more than one file, or too many fields')));
      }
      form.on('close', resolve);
      request.once('close', () => {
        if (!request.complete) reject(badForm('it broke off'));
      });
      request.pipe(form);
    });
    return { fields, file: await receiving };
  } catch (error) {
    request.unpipe(form);
    form.destroy();
    // what is still on the way is read and dropped: a client that is writing hears the answer only then
    request.resume();
    await receiving?.then((file) => file.close()).catch(() => undefined);
    throw error;
  }
}

function formOf(request: IncomingMessage, mostBytes: number): Busboy {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new UnsupportedMediaTypeException(`Content-Type is "${type.slice(0, 100)}" instead of multipart/form-data`);
  }
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      // the file's own limit says "more than" only when one byte more comes
      limits: { fileSize: mostBytes + 1, files: 1, fields: 20, parts: 21, fieldNameSize: 100, fieldSize: 1_000 },
    });
  } catch (cause) {
    throw badForm('its Content-Type names no boundary', cause);
  }
}

async function received(stream: Readable, name: string | undefined): Promise<UploadedFile> {
  const handle = await openUnnamed();
  const hash = createHash('sha256');
  let [bytes, beginning] = [0, Buffer.alloc(0)];
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (beginning.length < 16) beginning = Buffer.concat([beginning, chunk]).subarray(0, 16);
      hash.update(chunk);
      bytes += chunk.length;
      for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
    }
  } catch (error) {
    await handle.close();
    throw isDiskFull(error) ? noRoom(error) : error;
  }
  return {
    name: name ?? '',
    bytes,
    sha256: hash.digest('hex'),
    beginning,
    read: () => Readable.from(contentsOf(handle), { objectMode: false }),
    close: () => handle.close(),
  };
}

/** Not the handle's own streams: they keep it from being closed for as long as they are not. */
async function* contentsOf(handle: fs.FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(64 * 1024), 0, 64 * 1024, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openUnnamed(): Promise<fs.FileHandle> {
  const file = path.join(os.tmpdir(), `fks-upload-${randomUUID()}`);
  try {
    const handle = await fs.open(file, 'wx+', 0o600);
    await fs.unlink(file);
    return handle;
  } catch (error) {
    throw isDiskFull(error) ? noRoom(error) : error;
  }
}

const isDiskFull = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  (error.code === 'ENOSPC' || error.code === 'EDQUOT');

const noRoom = (cause: unknown) => new DomainError('unavailable', 'there is no room for an upload now', { cause });
const badForm = (why: string, cause?: unknown) =>
  new DomainError('bad_request', `the upload cannot be read: ${why}`, { cause });
const tooLarge = (mostBytes: number) => new PayloadTooLargeException(`the file has more than ${mostBytes} bytes`);
