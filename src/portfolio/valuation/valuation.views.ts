import type { z } from 'zod';
import type { DatedPrice } from '../../data/prices/dated-prices.js';
import { toIso } from '../../shared/time.js';
import type { datedPriceSchema } from './valuation.schemas.js';

export const datedPriceView = ({
  usd,
  series,
  time,
  conversion,
  disputedSince,
  simulated,
}: DatedPrice): z.output<typeof datedPriceSchema> => ({
  usd,
  source: series?.source ?? null,
  interval: series?.interval ?? null,
  quote_currency: series?.quoteCurrency ?? null,
  adjustment: series?.adjustment ?? null,
  time: toIso(time),
  conversion: conversion && { ...conversion },
  disputed_since: disputedSince === null ? null : toIso(disputedSince),
  simulated,
});
