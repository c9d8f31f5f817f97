import { sourceFamilies } from '../../../src/data/sources/registry.js';
import type { Chance } from '../fault-row.js';
import type { AnsweringServer } from './answering-server.js';
import { judge, subjectOf, type Judged, type Subject } from './corpus.js';
import { corruptions } from './corruptions.js';
import { wireFormats } from './wire-formats.js';

export interface JudgedBody {
  readonly family: string;
  readonly corruption: string;
  readonly judged: Judged;
}

/** @throws when a registered source has no wire format: nothing of it would be tried */
export const subjects = (): Subject[] =>
  sourceFamilies.map((family) => {
    const format = wireFormats.find((one) => one.family === family.name);
    if (!format) throw new Error(`${family.name} has no wire format in wire-formats.ts`);
    return subjectOf(family, format);
  });

/** Every source with every corruption that fits its format, one body each. */
export async function* judgedBodies(chance: Chance, server: AnsweringServer): AsyncGenerator<JudgedBody> {
  for (const subject of subjects()) {
    for (const corruption of corruptions.filter(({ fits }) => fits?.(subject.format) ?? true)) {
      const judged = await judge(subject, corruption, chance, server);
      yield { family: subject.family.name, corruption: corruption.name, judged };
    }
  }
}
