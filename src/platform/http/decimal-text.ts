import { z } from 'zod';

/** Money or a quantity in a body: digits as they are, without a sign or an exponent. */
export const decimalText = z
  .string('is no text')
  .regex(/^\d{1,20}(\.\d{1,18})?$/, 'is not a plain decimal number of 0 or more');

export const positiveDecimalText = decimalText.refine((text) => Number(text) > 0, 'must be above 0');
