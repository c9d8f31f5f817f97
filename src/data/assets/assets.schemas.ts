import { z } from 'zod';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { assetClasses } from '../domain/asset.js';
import { intervals } from '../domain/candle.js';
import { sourceFamilies } from '../sources/registry.js';

const sourceNames = sourceFamilies.map(({ name }) => name);

const unique = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .array(item)
    .max(most)
    .refine((all) => new Set(all).size === all.length, 'names one twice');

const name = plainText(100).min(1);
const priority = z
  .int({ error: 'is a whole number: 1 high, 2 medium, 3 low' })
  .min(1)
  .max(3)
  .describe('1 high, 2 medium, 3 low');
const collectedIntervals = unique(z.enum(intervals), intervals.length).min(1).describe('What schedules collect of it');
const sourceOrder = unique(
  z.enum(sourceNames, { error: `is not a source; there are ${sourceNames.join(', ')}` }),
  sourceNames.length,
).describe('Sources in the order in which they are asked; those that are not named come after them');

/** As venues print them: `BTCUSDT`, `X:BTCUSD`, `BRK.B`. */
const ticker = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:^=_-]{0,31}$/, 'is no ticker');
const coinGeckoId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'is no id of CoinGecko, such as bitcoin');
const coinMarketCapId = z.string().regex(/^[1-9]\d{0,8}$/, 'is no id of CoinMarketCap, such as 1');
const spellingsAt = <Of extends z.ZodType>(of: (spelling: z.ZodString) => Of) =>
  z.strictObject({
    binance: of(ticker),
    coingecko: of(coinGeckoId),
    coinmarketcap: of(coinMarketCapId),
    yahoofinance: of(ticker),
    polygon: of(ticker),
    alphavantage: of(ticker),
    fks_data: of(ticker),
  });
const venues = spellingsAt((spelling) => spelling.optional()).describe(
  'How each venue spells it; CoinGecko and CoinMarketCap: its fixed id. A venue without an entry is not asked',
);
const changedVenues = spellingsAt((spelling) => spelling.nullish()).describe('Spellings to set; null takes one away');

const symbol = z.string().regex(/^[A-Z0-9][A-Z0-9.-]{0,15}$/, 'is not 1 to 16 of A-Z, 0-9, "." and "-"');
const alias = z.strictObject({
  name: symbol,
  until: z.iso.date().describe('UTC date from which the id is in use'),
});

export const addAssetBody = z
  .strictObject({
    id: symbol,
    class: z.enum(['crypto', 'stock', 'etf'], { error: 'is one of crypto, stock and etf; nobody can add cash' }),
    name,
    venues: venues.default({}),
    aliases: z.array(alias).max(20).default([]),
    enabled: z.boolean().default(false),
    priority: priority.default(3),
    intervals: collectedIntervals.default(['1d']),
    source_order: sourceOrder.optional().describe('Without it, the usual order of the class'),
  })
  .meta({
    id: 'AddAsset',
    example: {
      id: 'NEAR',
      class: 'crypto',
      name: 'NEAR Protocol',
      venues: { binance: 'NEARUSDT', coingecko: 'near', coinmarketcap: '6535', yahoofinance: 'NEAR-USD' },
      enabled: true,
      priority: 3,
      intervals: ['1d'],
      source_order: ['binance', 'coingecko'],
    },
  });
export type AddAssetBody = z.output<typeof addAssetBody>;

export const changeAssetBody = z
  .strictObject({
    enabled: z.boolean(),
    priority,
    intervals: collectedIntervals,
    source_order: sourceOrder,
    name,
    venues: changedVenues,
  })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'changes nothing')
  .meta({ id: 'ChangeAsset', example: { enabled: true, priority: 2, intervals: ['1d', '1h'] } });
export type ChangeAssetBody = z.output<typeof changeAssetBody>;

export const assetsQuery = z.object({
  ...pageQuery,
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  class: z.enum(assetClasses).optional(),
});
export type AssetsQuery = z.output<typeof assetsQuery>;

export const symbolParam = z.string().min(1).max(64).describe('Any spelling that resolves: BTC, btc, BTC-USD, BTCUSDT');

export const assetSchema = z
  .object({
    id: z.string(),
    class: z.enum(assetClasses),
    name: z.string(),
    venues: z.record(z.string(), z.string()),
    aliases: z.array(z.object({ name: z.string(), until: z.iso.date() })),
    enabled: z.boolean().describe('Whether schedules collect it'),
    priority: z.int(),
    intervals: z.array(z.enum(intervals)),
    source_order: z.array(z.string()),
  })
  .meta({
    id: 'Asset',
    example: {
      id: 'POL',
      class: 'crypto',
      name: 'Polygon',
      venues: { binance: 'POLUSDT', coingecko: 'polygon-ecosystem-token', coinmarketcap: '28321' },
      aliases: [{ name: 'MATIC', until: '2024-09-13' }],
      enabled: true,
      priority: 3,
      intervals: ['1d'],
      source_order: ['binance', 'coingecko'],
    },
  });
export type AssetView = z.output<typeof assetSchema>;

export const assetPage = pageOf(assetSchema).meta({ id: 'AssetPage' });

export const enabledAssetsSchema = z
  .object({
    assets: z.array(
      z.object({
        symbol: z.string(),
        priority: z.int(),
        adapters: z.array(z.string()),
        collection_interval: z.enum(['daily', 'hourly', 'minute']),
        last_collected: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({ id: 'EnabledAssets' });
export type EnabledAssetsView = z.output<typeof enabledAssetsSchema>;
