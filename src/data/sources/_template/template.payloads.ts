import { z } from 'zod';

/** The answer as it comes; rows are read one by one, so that a wrong one does not cost the others. */
export const barsBody = z.object({ bars: z.array(z.unknown()) });

/** One row: the stamp in milliseconds, then open, high, low, close, volume as decimal texts. */
export const barRow = z.tuple([z.int(), z.string(), z.string(), z.string(), z.string(), z.string().nullable()]);
