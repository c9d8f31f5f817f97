import type { IncomingMessage } from 'node:http';
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { receiveUpload, type Upload } from '../../platform/http/upload.js';
import { RequestValidationPipe } from '../../platform/http/validation.pipe.js';
import { DomainError, type FieldError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { dataStream } from '../data-audit.js';
import { isDollar } from '../domain/seed-assets.js';
import { importForm, type ImportsQuery, type ImportView } from './imports.schemas.js';
import { importView } from './imports.views.js';
import { PriceFileError } from './price-file.js';
import { PriceImport, PrivateSource } from './price-import.entity.js';
import { PriceImporter, type WantedImport } from './price-importer.js';

const mostUploadBytes = 200 * 1024 * 1024;

type KeyedRequest = Omit<IdempotentRequest, 'body'>;

/** Files of prices that owners send, and who sees them. */
@Injectable()
export class ImportsService {
  private readonly form = new RequestValidationPipe();
  /** The end of the import before: one at a time keeps memory and connections of the process within bounds. */
  private before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly importer: PriceImporter,
    private readonly audit: AuditService,
  ) {}

  /**
   * Stores the bars of the file in a form. The same file again, for the same series, is the same import: 200, not 201.
   *
   * @throws DomainError `invalid` naming the field, `conflict` for a key that came with another form, and as
   *   `receiveUpload`
   */
  async receive(request: KeyedRequest, incoming: IncomingMessage): Promise<StoredAnswer> {
    const upload = await receiveUpload(incoming, mostUploadBytes);
    try {
      const wanted = await this.wanted(request.ownerId, upload);
      const turn = this.before.then(() => this.add(request, wanted));
      this.before = turn.catch(() => undefined);
      return await turn;
    } finally {
      await upload.file?.close();
    }
  }

  async list(ownerId: OwnerId, { cursor, limit }: ImportsQuery): Promise<Page<ImportView>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, 'uuid');
    const rows = await this.em.find(
      PriceImport,
      { ownerId, ...(before !== undefined && { id: { $lt: before } }) },
      { orderBy: { id: 'desc' }, limit: limit + 1, disableIdentityMap: true },
    );
    const sources = [...new Set(rows.map(({ source }) => source))];
    const found = await this.em.find(PrivateSource, { source: { $in: sources } }, { disableIdentityMap: true });
    const published = new Map(found.map(({ source, publishedAt }) => [source, publishedAt]));
    return pageFrom(
      rows,
      limit,
      (row) => importView(row, published.get(row.source) ?? null),
      ({ id }) => id,
    );
  }

  /** @throws DomainError `not_found` for an import that the owner does not have */
  async get(ownerId: OwnerId, id: string): Promise<ImportView> {
    const row = await this.em.findOne(PriceImport, { id, ownerId }, { disableIdentityMap: true });
    if (!row) throw absent(id);
    return this.view(this.em, row);
  }

  /**
   * Shows everybody the source that an import went to, with all that its owner sent and will send; the audit trail tells
   * it, with the reason. Published before, it stays as it is.
   *
   * @throws DomainError `not_found`
   */
  async publish(request: IdempotentRequest, id: string, reason: string): Promise<StoredAnswer> {
    const { answer } = await once(this.em, request, async (em) => {
      const row = await em.findOne(PriceImport, { id }, { disableIdentityMap: true });
      if (!row) throw absent(id);
      const { source } = row;
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;
      const { publishedAt } = await em.findOneOrFail(PrivateSource, { source }, lock);
      if (publishedAt == null) {
        const { ownerId: admin } = request;
        const subject = `source:${source}`;
        const event = { stream: dataStream, ownerId: admin, subject, eventKey: `${subject}:published`, actor: admin };
        const payload = { source, owner: row.ownerId, import_id: id, reason };
        const { recordedAt } = await this.audit.append({ ...event, kind: 'source_published', payload }, em);
        await em.nativeUpdate(PrivateSource, { source }, { publishedAt: new Date(recordedAt), publishedBy: admin });
      }
      return { status: 200, location: null, body: JSON.stringify(await this.view(em, row)) };
    });
    return answer;
  }

  private async wanted(ownerId: OwnerId, { fields, file }: Upload): Promise<WantedImport> {
    const given = { ...fields, file: file?.name };
    const form = importForm.parse(await this.form.transform<unknown>(given, { type: 'body', schema: importForm }));
    const asset = await this.assets.known(form.asset);
    if (isDollar(asset.id)) {
      throw invalid({ field: 'asset', value: form.asset, message: 'is cash in which prices are: it is worth 1' });
    }
    // no folder of prices may be called as an owner is
    const source = `csv:${ownerId}`;
    const { interval, quote_currency: quoteCurrency, adjustment, unit } = form;
    const series = { assetId: asset.id, interval, source, quoteCurrency, adjustment };
    return { ownerId, assetClass: asset.assetClass, series, unit, file: file! };
  }

  private async add(request: KeyedRequest, wanted: WantedImport): Promise<StoredAnswer> {
    const body = { ...wanted.series, unit: wanted.unit, file: wanted.file.sha256 };
    const { answer } = await once(this.em, { ...request, body }, async (em) => {
      const { row, isNew } = await this.importer.add(wanted).catch((error: unknown) => {
        throw error instanceof PriceFileError ? refusal(error) : error;
      });
      const view = await this.view(em, row);
      return { status: isNew ? 201 : 200, location: `/api/v1/data/imports/${row.id}`, body: JSON.stringify(view) };
    });
    return answer;
  }

  private async view(em: EntityManager, row: PriceImport): Promise<ImportView> {
    const found = await em.findOne(PrivateSource, { source: row.source }, { disableIdentityMap: true });
    return importView(row, found?.publishedAt ?? null);
  }
}

const absent = (id: string) => new DomainError('not_found', `there is no import ${id}`);

const invalid = (...errors: FieldError[]) =>
  new DomainError('invalid', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), { errors });

const refusal = ({ message, value, refused }: PriceFileError) =>
  invalid(
    { field: 'file', message, ...(value !== undefined && { value }) },
    ...refused.map(({ line, field, value: stands, reason }) => ({
      field: field === null ? `file.${line}` : `file.${line}.${field}`,
      value: stands,
      message: reason,
    })),
  );
