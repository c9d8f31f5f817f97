import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../audit/audit.service.js';
import { once, type IdempotentRequest, type StoredAnswer } from '../../jobs/idempotency.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { DomainError, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { AssetRow } from './asset.entity.js';
import { AssetRegistry } from './asset-registry.js';
import type { AddAssetBody, AssetsQuery, AssetView, ChangeAssetBody, EnabledAssetsView } from './assets.schemas.js';
import { assetView, enabledAssetView } from './assets.views.js';
import { lastCollected } from './last-collected.js';
import { dataStream } from '../data-audit.js';
import type { Asset } from '../domain/asset.js';
import type { AssetCatalogue } from '../domain/asset-catalogue.js';
import { conflictsOf } from '../domain/asset-conflicts.js';
import { defaultSettings } from '../domain/seed-assets.js';

@Injectable()
export class AssetsService {
  constructor(
    private readonly em: EntityManager,
    private readonly registry: AssetRegistry,
    private readonly audit: AuditService,
  ) {}

  async list({ enabled, class: assetClass, cursor, limit }: AssetsQuery): Promise<Page<AssetView>> {
    const { assets } = await this.registry.catalogue();
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 'symbol');
    const rest = after === undefined ? assets : assets.slice(assets.findIndex(({ id }) => id === after) + 1);
    const wanted = rest.filter(
      (asset) =>
        (enabled === undefined || asset.enabled === enabled) &&
        (assetClass === undefined || asset.assetClass === assetClass),
    );
    return pageFrom(wanted, limit, assetView, ({ id }) => id);
  }

  /** @throws DomainError `not_found` for a text that is nobody's spelling, naming the nearest */
  async get(symbol: string): Promise<AssetView> {
    return assetView(found(await this.registry.catalogue(), symbol));
  }

  /**
   * Registers an asset, once: the same asset again is answered as it stands.
   *
   * @throws DomainError `conflict` for an id with other contents, and for a spelling that another asset has
   */
  async add(request: IdempotentRequest, body: AddAssetBody): Promise<StoredAnswer> {
    const { ownerId } = request;
    const { answer } = await once(this.em, request, async (em) => {
      const catalogue = await this.lockedCatalogue(em);
      const asset = assetFromBody(body);
      const known = catalogue.of(asset.id);
      if (known) refuseOthers(known, asset);
      else {
        refuseConflicts(asset, catalogue);
        await insert(em, asset);
        const payload = { before: null, after: assetView(asset) };
        await this.tell(em, ownerId, asset.id, { key: 'added', kind: 'asset_added', payload });
      }
      const path = `/api/v1/assets/${asset.id}`;
      return { status: 201, location: path, body: JSON.stringify(assetView(asset)) };
    });
    return answer;
  }

  /**
   * Changes how an asset is collected, what it is called and who spells it; what is not named stays as it is.
   *
   * @throws DomainError `not_found` as `get`, `conflict` as `add`, `invalid` for cash, which nobody collects
   */
  change(admin: OwnerId, symbol: string, body: ChangeAssetBody): Promise<AssetView> {
    return this.em.transactional(async (em) => {
      const catalogue = await this.lockedCatalogue(em);
      const before = found(catalogue, symbol);
      if (before.assetClass === 'cash') refuseForCash(before.id, body);
      const after = changed(before, body);
      refuseConflicts(after, catalogue);
      const fields = differences(before, after);
      if (fields.length === 0) return assetView(after);
      const { id, name, venues, enabled, priority, intervals, sourceOrder } = after;
      const columns = { name, venues, enabled, priority, intervals, sourceOrder, updatedAt: new Date() };
      await em.nativeUpdate(AssetRow, { id }, columns);
      const payload = { before: only(before, fields), after: only(after, fields) };
      await this.tell(em, admin, id, { key: `changed:${uuidv7()}`, kind: 'asset_changed', payload });
      return assetView(after);
    });
  }

  /** What schedules collect, as the old route tells it; `viewer` sees when their own imports came, too. */
  async enabled(viewer: OwnerId): Promise<EnabledAssetsView> {
    const assets = await this.registry.enabled();
    const collected = await lastCollected(
      this.em,
      assets.map(({ id }) => id),
      viewer,
    );
    return { assets: assets.map((asset) => enabledAssetView(asset, collected.get(asset.id))) };
  }

  /** Changes wait for each other: none is judged by a registry that another is about to change. */
  private async lockedCatalogue(em: EntityManager): Promise<AssetCatalogue<Asset>> {
    await em.execute(`select pg_advisory_xact_lock(hashtextextended('fks-portfolio:assets', 0))`);
    return this.registry.catalogue(em);
  }

  private async tell(
    em: EntityManager,
    admin: OwnerId,
    id: AssetId,
    { key, kind, payload }: { key: string; kind: string; payload: Record<string, unknown> },
  ): Promise<void> {
    const subject = `asset:${id}`;
    const eventKey = `${subject}:${key}`;
    await this.audit.append({ stream: dataStream, ownerId: admin, subject, eventKey, actor: admin, kind, payload }, em);
  }
}

function found(catalogue: AssetCatalogue<Asset>, symbol: string): Asset {
  const resolved = catalogue.resolve(symbol);
  if (resolved.kind === 'known') return catalogue.of(resolved.assetId)!;
  const { message } = resolved;
  throw new DomainError('not_found', `"${symbol}" ${message}`, {
    errors: [{ field: 'symbol', value: symbol, message }],
  });
}

const assetFromBody = (body: AddAssetBody): Asset => ({
  id: body.id as AssetId,
  assetClass: body.class,
  name: body.name,
  venues: body.venues as Asset['venues'],
  aliases: body.aliases,
  enabled: body.enabled,
  priority: body.priority,
  intervals: body.intervals,
  sourceOrder: body.source_order ?? defaultSettings(body.class).sourceOrder,
});

function changed(asset: Asset, { source_order: sourceOrder, venues, ...settings }: ChangeAssetBody): Asset {
  const spelled = Object.entries({ ...asset.venues, ...venues }).filter(([, value]) => typeof value === 'string');
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { ...asset, ...given, ...(sourceOrder && { sourceOrder }), venues: Object.fromEntries(spelled) };
}

/** Behind all others; a place is never given twice while the registry is locked. */
async function insert(em: EntityManager, asset: Asset): Promise<void> {
  const [last] = await em.execute<{ position: number }[]>('select coalesce(max(position), -1) as position from asset');
  await em.insert(AssetRow, { ...asset, position: (last?.position ?? -1) + 1, updatedAt: new Date() });
}

/** Names of the view's fields in which two assets differ. */
const differences = (a: Asset, b: Asset): (keyof AssetView)[] => {
  const [left, right] = [assetView(a), assetView(b)];
  return (Object.keys(left) as (keyof AssetView)[]).filter(
    (field) => canonicalJson(left[field]) !== canonicalJson(right[field]),
  );
};

const only = (asset: Asset, fields: readonly (keyof AssetView)[]): Partial<AssetView> =>
  Object.fromEntries(fields.map((field) => [field, assetView(asset)[field]]));

function refuseOthers(known: Asset, given: Asset): void {
  const errors = differences(known, given).map((field) => ({
    field,
    value: assetView(given)[field],
    message: `is ${canonicalJson(assetView(known)[field])} in the registry`,
  }));
  refuse('conflict', `there is an asset ${known.id} already, and it is another`, errors);
}

const refuseConflicts = (asset: Asset, catalogue: AssetCatalogue): void =>
  refuse('conflict', `${asset.id} takes what another asset has`, conflictsOf(asset, catalogue));

function refuseForCash(id: AssetId, body: ChangeAssetBody): void {
  const errors = Object.entries(body)
    .filter(([field]) => field !== 'name' && field !== 'priority')
    .map(([field, value]) => ({ field, value, message: 'has no meaning for cash, which no source is asked for' }));
  refuse('invalid', `${id} is cash, which no source is asked for`, errors);
}

function refuse(kind: 'conflict' | 'invalid', what: string, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const said = errors.map(({ field, value, message }) => `${field} ${JSON.stringify(value)} ${message}`);
  throw new DomainError(kind, `${what}: ${said.join('; ')}`, { errors });
}
