// docs/generated/optimizers.md: every optimizer and every kind of limit, from the list that the code follows.
import fs from 'node:fs';
import { constraintKinds, type Optimizer, type Support } from '../../src/optimization/domain/optimizers/optimizer.js';
import { optimizers, type OptimizerId } from '../../src/optimization/domain/optimizers/registry.js';
import { optimizerName } from '../../src/optimization/optimization.schemas.js';

const notes: string[] = [];
const cell = (support: Support): string => {
  if (typeof support === 'string') return support;
  if (!notes.includes(support.refused)) notes.push(support.refused);
  return `refused [${notes.indexOf(support.refused) + 1}]`;
};
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const rows = optimizers.map(({ id, version, needs, constraints }: Optimizer & { id: OptimizerId }) =>
  row([
    `\`${optimizerName(id)}\``,
    String(version),
    needs.join(', ') || '-',
    ...constraintKinds.map((kind) => cell(constraints[kind])),
  ]),
);
const heads = ['optimizer', 'version', 'needs', ...constraintKinds];
const text = [
  '# Optimizers and the limits they take',
  '',
  'Written by `npm run generate`; the law suite tries every cell.',
  '',
  '- supported: part of what is solved. Groups and the anchor are `box` and `linear`.',
  '- projected: the method itself knows no such limit, and the nearest weights that keep it are answered, with the',
  '  distance. Whole lots are always made of weights that are already there.',
  '- refused: the request is answered with the reason below.',
  '',
  row(heads),
  row(heads.map(() => '---')),
  ...rows,
  '',
  ...notes.map((reason, at) => `${at + 1}. ${reason}`),
  '',
];
fs.writeFileSync('docs/generated/optimizers.md', text.join('\n'));
