// Seeded problems against an independent solver. What is done is kept in .cache/differential as long as the programs that
// were compared stay the same, so that an interrupted run goes on where it stopped.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { interruption } from '../local/interrupt.mjs';
import { root, shown, stateDirOf, writeWhole } from '../local/project.mjs';
import { agreement, certified, compare, kinds, type Comparison, type Kind } from './compare.js';
import { loadHighs } from './scenario-problems.js';

const table = path.join(root, 'docs/generated/optimizer-differential.md');
const cache = stateDirOf('.cache/differential');

/** Of the solvers and of the comparison, as they run. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of [import.meta.dirname, path.join(import.meta.dirname, '../../src/optimization/domain/solvers')]) {
    for (const file of fs.readdirSync(folder).filter((name) => /\.[jt]s$/.test(name))) {
      hash.update(fs.readFileSync(path.join(folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** A run that was killed while it wrote leaves half a line at the end. */
function readKept(file: string): Comparison[] {
  if (!fs.existsSync(file)) return [];
  const whole = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  fs.writeFileSync(file, whole.map((line) => `${line}\n`).join(''));
  return whole.map((line) => JSON.parse(line) as Comparison);
}

async function runKind(kind: Kind, count: number, signal: AbortSignal): Promise<Comparison[]> {
  const file = path.join(cache, `${kind}-${fingerprint()}.jsonl`);
  const done = readKept(file).filter(({ seed }) => seed < count);
  const seen = new Set(done.map(({ seed }) => seed));
  if (seen.size > 0) console.log(`${kind}: ${seen.size} of ${count} are done already`);
  const highs = await loadHighs();
  for (let seed = 0; seed < count; seed++) {
    if (seen.has(seed)) continue;
    // lets a request to stop be heard
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const comparison = compare(highs, kind, seed);
    fs.appendFileSync(file, `${JSON.stringify(comparison)}\n`);
    done.push(comparison);
    if (comparison.verdict === 'wrong')
      console.log(`${kind} ${seed}: ${comparison.words} (${comparison.difference}, ${comparison.miss})`);
    if ((seed + 1) % 200 === 0) console.log(`${kind}: ${seed + 1} of ${count}`);
  }
  return done;
}

function rowOf(kind: Kind, all: readonly Comparison[]): string {
  const count = (verdict: Comparison['verdict']) => all.filter((one) => one.verdict === verdict).length;
  const most = (values: readonly (number | null)[]) =>
    values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), 0).toExponential(1);
  const agreeing = all.filter(({ verdict }) => verdict === 'agrees');
  return `| ${[
    kind,
    all.length,
    count('agrees'),
    count('both infeasible'),
    count('better'),
    count('unanswered'),
    count('wrong'),
    most(agreeing.map(({ difference }) => Math.abs(difference ?? 0))),
    most(all.map(({ difference }) => difference)),
    most(all.map(({ miss }) => miss)),
  ].join(' | ')} |`;
}

const page = (rows: readonly string[]): string => `# Optimizers against an independent solver

Written by \`node tools/bootstrap.mjs tools/differential/run.mjs\`. Seeded problems are solved here and by HiGHS; they agree
when the objectives differ by no more than ${agreement} in relation to their size. Every answer of ours must satisfy the
conditions of optimality of the scaled problem to ${certified}, whatever HiGHS says, and every problem without an answer must
have limits that HiGHS cannot keep either.

- \`quadratic\`: mean-variance programs of 1 to 60 assets with box and group limits, equations, repeated and dependent rows,
  fixed and short weights, trading in a second set of variables; covariances of fewer periods than assets, of identical
  assets, of one factor or of no risk at all; scales from 1e-8 to 1e8.
- \`scenario\`: least CVaR, CDaR and maximum drawdown of 1 to 12 assets over up to 120 periods.

\`better\`: HiGHS stopped at an objective that is worse than ours by more than ${agreement}. \`unanswered\`: HiGHS neither solved
the problem nor found it infeasible; ours is judged by the conditions of optimality alone.

| kind | problems | agree | both infeasible | better | unanswered | wrong | largest difference where they agree | most that ours is above | largest miss of a condition |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;

const count = Number(process.argv[2] ?? 2_000);
fs.mkdirSync(cache, { recursive: true });
const signal = interruption();
const rows: string[] = [];
for (const kind of kinds) {
  const all = await runKind(kind, count, signal);
  rows.push(rowOf(kind, all));
  if (all.some(({ verdict }) => verdict === 'wrong')) process.exitCode = 1;
}
writeWhole(table, page(rows));
console.log(rows.join('\n'));
console.log(`written: ${shown(table)}`);
