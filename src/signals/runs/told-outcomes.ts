/** Condition of SQL: the outcome `o` is of a pair that the run `r` asked for. */
export const isTold = (r: string, o: string): string =>
  `${o}.portfolio_id = ${r}.portfolio_id and ${o}.as_of = ${r}.as_of and ${o}.rehearsal = ${r}.rehearsal
   and jsonb_exists(${r}.question -> 'assets', ${o}.asset_id) and jsonb_exists(${r}.question -> 'categories', ${o}.category)`;
