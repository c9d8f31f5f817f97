import { sourceFamilies } from '../../../../src/data/sources/registry.js';
import { AnsweringServer } from '../../../../tools/faults/corruption/answering-server.js';
import { judgedBodies, subjects, type JudgedBody } from '../../../../tools/faults/corruption/corpus-run.js';
import { judge } from '../../../../tools/faults/corruption/corpus.js';
import type { Corruption } from '../../../../tools/faults/corruption/corruptions.js';
import { detailsOf, documentOf, matrixOf } from '../../../../tools/faults/corruption/matrix.js';
import { Chance } from '../../../../tools/faults/fault-row.js';
import { SeededNoise } from '../../../../tools/market-simulator/random.js';

let server: AnsweringServer;
beforeAll(async () => {
  server = await AnsweringServer.start();
});
afterAll(() => server.stop());

const chance = (trial: number) => new Chance(new SeededNoise(20261125).stream('corruption'), trial);

/** A handful; `npm run faults -- --row corrupt-bodies` tries thousands. */
test('of seeded corrupt bodies every source accepts exactly the rows that are clean', async () => {
  const bodies: JudgedBody[] = [];
  for await (const body of judgedBodies(chance(1), server)) bodies.push(body);
  const wrong = bodies.flatMap(({ family, corruption, judged: { complaints } }) =>
    complaints.map((complaint) => `${family}, ${corruption}: ${complaint}`),
  );
  expect(wrong).toEqual([]);
  const { all, byFamily } = matrixOf(bodies.map(({ judged, ...body }) => ({ ...body, rows: judged.rows })));
  expect(all).toMatchObject({ cleanRefused: 0, corruptAccepted: 0 });
  expect(all.cleanAccepted).toBeGreaterThan(1_000);
  expect(all.corruptRefused).toBeGreaterThan(1_000);
  expect([...byFamily.keys()]).toEqual(sourceFamilies.map(({ name }) => name));
});

const intact: Corruption['apply'] = (sample) => ({
  body: sample.write(sample.rows),
  clean: new Set(sample.bars.map(({ openTime }) => openTime)),
  rows: sample.rows.length,
});

test.each(subjects().map((subject) => [subject.family.name, subject] as const))(
  'of %s a corrupt row that is accepted and a clean one that is refused would be seen',
  async (_, subject) => {
    const told = async (apply: Corruption['apply']) =>
      judge(subject, { name: 'falsely told', apply }, chance(2), server);
    const credulous = await told((sample, luck) => ({ ...intact(sample, luck), clean: new Set() }));
    expect(credulous.complaints).toEqual([expect.stringMatching(/^accepted \d+ corrupt rows, the first /)]);
    expect(credulous.rows).toMatchObject({ cleanAccepted: 0, corruptRefused: 0 });
    const overcautious = await told((sample, luck) => ({ ...intact(sample, luck), body: '' }));
    expect(overcautious.complaints).toEqual([expect.stringMatching(/^refused \d+ clean rows \(/)]);
    const deceived = await told((sample, luck) => {
      const bars = sample.bars.map((bar) => ({ ...bar, close: `${bar.close}1` }));
      return { ...intact(sample, luck), bars };
    });
    expect(deceived.complaints).toHaveLength(2);
  },
);

test('the document counts rows by truth and by what was made of them', () => {
  const rows = { cleanAccepted: 3, cleanRefused: 1, corruptAccepted: 2, corruptRefused: 4 };
  const details = detailsOf([
    { family: 'binance', corruption: 'zero', rows },
    { family: 'csv', corruption: 'zero', rows },
  ]);
  expect(documentOf({ seed: 5, date: '2026-11-25', trials: [{ details }, { details }] }).split('\n')).toEqual(
    expect.arrayContaining([
      'Written by `npm run faults -- --row corrupt-bodies --trials 2 --seed 5` (2026-11-25): 4 bodies.',
      '| clean   | 12       | 4       |',
      '| corrupt | 8        | 16      |',
      '| binance | 6              | 2             | 4                | 8               |',
      '| zero       | 12             | 4             | 8                | 16              |',
    ]),
  );
});
