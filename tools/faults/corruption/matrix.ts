import type { Confusion } from './corpus.js';

const emptyMatrix: Confusion = { cleanAccepted: 0, cleanRefused: 0, corruptAccepted: 0, corruptRefused: 0 };

const added = (a: Confusion, b: Confusion): Confusion => ({
  cleanAccepted: a.cleanAccepted + b.cleanAccepted,
  cleanRefused: a.cleanRefused + b.cleanRefused,
  corruptAccepted: a.corruptAccepted + b.corruptAccepted,
  corruptRefused: a.corruptRefused + b.corruptRefused,
});

/** What was made of the rows of one body. */
export interface Counted {
  readonly family: string;
  readonly corruption: string;
  readonly rows: Confusion;
}

/** The rows of all bodies, and those of each family and of each kind of corruption. */
export function matrixOf(bodies: readonly Counted[]) {
  let all = emptyMatrix;
  const byFamily = new Map<string, Confusion>();
  const byCorruption = new Map<string, Confusion>();
  for (const { family, corruption, rows } of bodies) {
    all = added(all, rows);
    byFamily.set(family, added(byFamily.get(family) ?? emptyMatrix, rows));
    byCorruption.set(corruption, added(byCorruption.get(corruption) ?? emptyMatrix, rows));
  }
  return { all, byFamily, byCorruption };
}

type Details = Readonly<Record<string, readonly number[]>>;

/** The counts as a trial keeps them: by family and corruption. */
export const detailsOf = (bodies: readonly Counted[]): Details =>
  Object.fromEntries(
    bodies.map(({ family, corruption, rows }) => [
      `${family}: ${corruption}`,
      [rows.cleanAccepted, rows.cleanRefused, rows.corruptAccepted, rows.corruptRefused],
    ]),
  );

const bodiesIn = (details: Details): Counted[] =>
  Object.entries(details).map(
    ([name, [cleanAccepted = 0, cleanRefused = 0, corruptAccepted = 0, corruptRefused = 0]]) => {
      const end = name.indexOf(': ');
      const rows = { cleanAccepted, cleanRefused, corruptAccepted, corruptRefused };
      return { family: name.slice(0, end), corruption: name.slice(end + 2), rows };
    },
  );

export interface CorpusRun {
  readonly seed: number;
  /** UTC date of the last trial. */
  readonly date: string;
  readonly trials: readonly { readonly details?: Details }[];
}

/** The text of docs/generated/corruption.md. */
export function documentOf({ seed, date, trials }: CorpusRun): string {
  const bodies = trials.flatMap(({ details = {} }) => bodiesIn(details));
  const { all, byFamily, byCorruption } = matrixOf(bodies);
  return [
    '# Corrupt bodies',
    '',
    `Written by \`npm run faults -- --row corrupt-bodies --trials ${trials.length} --seed ${seed}\` (${date}): ${bodies.length} bodies.`,
    'Rows by truth and by what the sources made of them; of a body that is damaged as a whole every row counts as corrupt.',
    '',
    ...table(all),
    '',
    ...tableBy('source', byFamily),
    '',
    ...tableBy('corruption', byCorruption),
    '',
  ].join('\n');
}

/** Truth by lines, what was made of it by columns; lines of Markdown. */
const table = ({ cleanAccepted, cleanRefused, corruptAccepted, corruptRefused }: Confusion): string[] =>
  aligned([
    ['rows', 'accepted', 'refused'],
    ['clean', cleanAccepted, cleanRefused],
    ['corrupt', corruptAccepted, corruptRefused],
  ]);

const tableBy = (title: string, rows: ReadonlyMap<string, Confusion>): string[] =>
  aligned([
    [title, 'clean accepted', 'clean refused', 'corrupt accepted', 'corrupt refused'],
    ...[...rows].map(([name, one]) => [
      name,
      one.cleanAccepted,
      one.cleanRefused,
      one.corruptAccepted,
      one.corruptRefused,
    ]),
  ]);

function aligned(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => String(row[i]).length)));
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell, i) => String(cell).padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
