declare module 'pg-copy-streams' {
  import type { Submittable } from 'pg';
  import type { Writable } from 'node:stream';

  /** Takes the data of a `COPY ... FROM STDIN`; `rowCount` is known once it has finished. */
  export type CopyFrom = Writable & Submittable & { readonly rowCount: number };
  export function from(sql: string): CopyFrom;
}
