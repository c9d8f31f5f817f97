import type { Lab } from './lab.js';

/** Rows of every table as JSON text, without what no two runs have in common. */
export type Tables = ReadonlyMap<string, readonly string[]>;

/** Clock readings: they tell when a row was written, not what. */
const clockColumns = [
  'created_at',
  'updated_at',
  'started_at',
  'finished_at',
  'recorded_at',
  'opened_at',
  'answer_by',
  'settled_at',
  'asked_at',
  'answered_at',
  'known_at',
  'sent_at',
  'next_attempt_at',
  'closed_at',
  // holdings that are stated are as of now
  'executed_at',
  'at',
  'since',
];
/** Digests over ids and clock readings, and texts that hold them. The digest of frozen prices is none of these. */
const digestColumns = ['hash', 'prev_hash', 'proposal_hash', 'body_hash', 'body', 'trace_headers'];
/** The same inside JSON. */
const withinJson = /"(proposal_hash|answer_by|milliseconds)": ("[^"]*"|\d+)/g;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** They tell how a run went, not what came of it: a question that nobody answered is asked again. */
const historyOfRuns = ['source_attempt', 'source_state', 'source_usage'];
/** What the processes know to be there, and what the market still counts. */
const kept = ['asset', 'source_usage'];

/** What the database holds now, but for the history of the run itself and the tables that are not asked for. */
export async function readTables(lab: Lab, without: readonly string[] = []): Promise<Tables> {
  const tables = new Map<string, string[]>();
  for (const name of await tableNames(lab, [...historyOfRuns, ...without])) {
    const rows = await lab.sql<{ row: string }>(
      `select (to_jsonb(t) - $1::text[])::text as row from ${quoted(name)} as t`,
      [[...clockColumns, ...digestColumns]],
    );
    tables.set(
      name,
      rows.map(({ row }) => row.replace(withinJson, '"$1": "-"')),
    );
  }
  return tables;
}

/** Empties the database for the next trial, but for what the row keeps. The trigger that protects the audit trail binds the service, not the lab. */
export async function eraseTables(lab: Lab, without: readonly string[] = []): Promise<void> {
  const names = (await tableNames(lab, [...kept, ...without])).map(quoted).join(', ');
  await lab.sql(`set session_replication_role = replica; truncate ${names}`);
}

async function tableNames(lab: Lab, without: readonly string[]): Promise<string[]> {
  const rows = await lab.sql<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all($1) order by 1`,
    [['mikro_orm_migrations', ...without]],
  );
  return rows.map(({ name }) => name);
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

export interface Comparison {
  /** Rows that one of the two has and the other has not. */
  differences: number;
  /** Rows of the undisturbed run that the other has more often. */
  duplicates: number;
  /** What differs, some of it. */
  words: string[];
}

const wordsShown = 5;

/**
 * Compares what two runs left behind, whatever ids they drew.
 *
 * First with every id blotted out; when that agrees, with ids numbered in the order in which they appear, so that a row
 * that points to the wrong one of two otherwise equal rows is found.
 */
export function compareTables(undisturbed: Tables, disturbed: Tables): Comparison {
  const blotted = compareWith(undisturbed, disturbed, (rows) => rows.map(withoutIds));
  if (blotted.differences > 0) return blotted;
  const [a, b] = [numberer(), numberer()];
  const numbered = compareWith(
    new Map([...undisturbed].map(([name, rows]) => [name, a(rows)])),
    new Map([...disturbed].map(([name, rows]) => [name, b(rows)])),
    (rows) => [...rows],
  );
  return { ...numbered, duplicates: blotted.duplicates };
}

const withoutIds = (row: string) => row.replace(uuid, '<id>');

/** Ids become numbers in order of appearance; rows are read in an order that does not depend on ids. */
function numberer(): (rows: readonly string[]) => string[] {
  const known = new Map<string, number>();
  const numberOf = (id: string) => known.get(id) ?? known.set(id, known.size + 1).size;
  return (rows) =>
    rows
      .map((row) => ({ row, sortKey: withoutIds(row) }))
      .sort((x, y) => (x.sortKey < y.sortKey ? -1 : x.sortKey > y.sortKey ? 1 : 0))
      .map(({ row }) => row.replace(uuid, (id) => `<id ${numberOf(id)}>`));
}

function compareWith(
  undisturbed: Tables,
  disturbed: Tables,
  normalised: (rows: readonly string[]) => string[],
): Comparison {
  const found: Comparison = { differences: 0, duplicates: 0, words: [] };
  for (const name of new Set([...undisturbed.keys(), ...disturbed.keys()])) {
    const before = counted(normalised(undisturbed.get(name) ?? []));
    const after = counted(normalised(disturbed.get(name) ?? []));
    const missing = surplus(before, after);
    const added = surplus(after, before);
    found.differences += missing.length + added.length;
    found.duplicates += added.filter((row) => before.has(row)).length;
    missing.forEach((row, i) => found.words.push(`${name}: ${describe(row, added[i])}`));
    added.slice(missing.length).forEach((row) => found.words.push(`${name}: ${describe(undefined, row)}`));
  }
  const more = found.words.length - wordsShown;
  if (more > 0) found.words.splice(wordsShown, more, `and ${more} more`);
  return found;
}

function counted(rows: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}

/** Rows that `a` has more often than `b`, each as often as that, in order. */
function surplus(a: Map<string, number>, b: Map<string, number>): string[] {
  return [...a]
    .flatMap(([row, count]) => Array.from({ length: Math.max(0, count - (b.get(row) ?? 0)) }, () => row))
    .sort();
}

const shownAround = 60;

function describe(missing: string | undefined, added: string | undefined): string {
  if (added === undefined) return `missing ${(missing ?? '').slice(0, 200)}`;
  if (missing === undefined) return `too many ${added.slice(0, 200)}`;
  let at = 0;
  while (at < missing.length && missing[at] === added[at]) at++;
  const from = Math.max(0, at - shownAround);
  const part = (text: string) => text.slice(from, at + shownAround);
  return `undisturbed ...${part(missing)}..., disturbed ...${part(added)}...`;
}
