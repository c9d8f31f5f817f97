const pageSize = 200;
/** Smaller than every UUIDv7. */
const beforeAllIds = '00000000-0000-0000-0000-000000000000';

/** All rows of a list that is read in pages by ascending id; `pageAfter` gives at most `limit` rows after an id. */
export async function* everyRow<Row extends { id: string }>(
  pageAfter: (id: string, limit: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let after = beforeAllIds; ;) {
    const rows = await pageAfter(after, pageSize);
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < pageSize || last === undefined) return;
    after = last.id;
  }
}
