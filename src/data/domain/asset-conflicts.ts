import type { FieldError } from '../../shared/errors.js';
import type { AssetIdentity, Venue } from './asset.js';
import { spellingsOf, type AssetCatalogue } from './asset-catalogue.js';

/**
 * What of an asset's names belongs to another asset already, with the field and who has it: a text must never come to
 * mean something else, and two assets with one venue id would get each other's prices.
 */
export function conflictsOf(asset: AssetIdentity, catalogue: AssetCatalogue): FieldError[] {
  const spelled = spellingsOf(asset).flatMap((text) => {
    const other = catalogue.resolve(text);
    if (other.kind === 'unknown' || other.assetId === asset.id) return [];
    return [{ field: fieldOf(asset, text), value: text, message: `is a spelling of ${other.assetId}` }];
  });
  const listed = Object.entries(asset.venues).flatMap(([venue, value]) => {
    const other = catalogue.assets.find((one) => one.id !== asset.id && one.venues[venue as Venue] === value);
    return other ? [{ field: `venues.${venue}`, value, message: `is the id of ${other.id} at ${venue}` }] : [];
  });
  const fields = new Set<string>();
  // one field is named once, however many of its spellings meet another asset
  return [...spelled, ...listed].filter(({ field }) => !fields.has(field) && fields.add(field));
}

/** Where the asset says so: at a venue, among its earlier names, else its id, from which the usual pairs follow. */
function fieldOf({ id, venues, aliases }: AssetIdentity, text: string): string {
  const venue = Object.entries(venues).find(([, value]) => value === text)?.[0];
  if (venue !== undefined) return `venues.${venue}`;
  if (text.startsWith(id)) return 'id';
  const alias = aliases.findIndex(({ name }) => text.startsWith(name));
  return alias < 0 ? 'id' : `aliases.${alias}.name`;
}
