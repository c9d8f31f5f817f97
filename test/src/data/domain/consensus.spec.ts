import fc from 'fast-check';
import {
  consensusActor,
  disputeChange,
  judge,
  keptOutBy,
  tolerances,
  votersOf,
  votesKey,
  type Ballot,
  type KnownDispute,
  type Verdict,
} from '../../../../src/data/domain/consensus.js';

const ballot = (source: string, close: string, over: Partial<Ballot> = {}): Ballot => ({
  source,
  revision: 1,
  close,
  quoteCurrency: 'USD',
  ...over,
});
const usdt = (source: string, close: string) => ballot(source, close, { quoteCurrency: 'USDT' });
const heldBack = (verdict: Verdict) => (verdict.kind === 'disputed' ? verdict.heldBack : verdict.kind);

test('one source alone has nobody to disagree with', () => {
  expect(judge('crypto', [ballot('a', '1')], undefined).kind).toBe('alone');
  expect(judge('crypto', [], undefined)).toEqual({ kind: 'alone', votes: [] });
});

test('two sources agree within the tolerance of their class, and both are held back outside of it', () => {
  // their median lies between them: each is half their distance away
  expect(heldBack(judge('crypto', [ballot('a', '100'), ballot('b', '102')], undefined))).toBe('agreed');
  expect(heldBack(judge('crypto', [ballot('b', '100'), ballot('a', '102.1')], undefined))).toEqual(['a', 'b']);
  expect(heldBack(judge('stock', [ballot('a', '100'), ballot('b', '101')], undefined))).toBe('agreed');
  expect(heldBack(judge('etf', [ballot('a', '100'), ballot('b', '101.1')], undefined))).toEqual(['a', 'b']);
  expect(tolerances).toMatchObject({ crypto: 0.01, stock: 0.005, etf: 0.005 });
});

test('of three sources the one that is far from the median is held back, never an average taken', () => {
  const verdict = judge('crypto', [ballot('a', '100'), ballot('b', '100.5'), ballot('c', '10000')], undefined);
  expect(heldBack(verdict)).toEqual(['c']);
  expect(verdict.votes.map(({ source, deviation }) => [source, deviation.toFixed(6)])).toEqual([
    ['a', '0.004975'],
    ['b', '0.000000'],
    ['c', '98.502488'],
  ]);
});

test('two against two: nobody knows better, all are held back', () => {
  const votes = [ballot('a', '100'), ballot('b', '100'), ballot('c', '200'), ballot('d', '200')];
  expect(heldBack(judge('crypto', votes, undefined))).toEqual(['a', 'b', 'c', 'd']);
});

test('USDT is converted by its price in USD, and taken for a dollar when none is known, which the vote says', () => {
  const votes = [ballot('cmc', '50000'), usdt('binance', '51500')];
  const converted = judge('crypto', votes, 0.97);
  expect(converted.kind).toBe('agreed');
  expect(converted.votes.map(({ source, usd, conversion }) => [source, usd, conversion])).toEqual([
    ['binance', 49_955, 'stored'],
    ['cmc', 50_000, null],
  ]);
  const assumed = judge('crypto', votes, undefined);
  expect(heldBack(assumed)).toEqual(['binance', 'cmc']);
  expect(assumed.votes[0]!.conversion).toBe('assumed');
  expect(assumed).toMatchObject({
    reason:
      'binance closes at 51500 USDT, taken for as many USD (1.48 % off), cmc closes at 50000 USD (1.48 % off); ' +
      'the median is 50750 USD, 1 % is allowed',
  });
});

test('the order in which votes are cast changes nothing, nor does a change of scale', () => {
  const closes = fc.array(fc.integer({ min: 900, max: 1_100 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(closes, fc.integer({ min: 0, max: 5 }), (prices, turn) => {
      const votes = prices.map((price, i) => ballot(`s${i}`, `${price}`));
      const turned = [...votes.slice(turn), ...votes.slice(0, turn)];
      const verdict = judge('crypto', votes, undefined);
      expect(judge('crypto', turned, undefined)).toEqual(verdict);
      const scaled = votes.map((vote) => ({ ...vote, close: `${vote.close}e-6` }));
      // a vote on the edge of the tolerance may fall to either side by a rounding
      fc.pre(verdict.votes.every(({ deviation }) => Math.abs(deviation - tolerances.crypto) > 1e-9));
      expect(heldBack(judge('crypto', scaled, undefined))).toEqual(heldBack(verdict));
    }),
  );
});

test('whoever is held back is outside, whoever is not is inside, and two are held back together', () => {
  const closes = fc.array(fc.integer({ min: 900, max: 1_100 }), { minLength: 3, maxLength: 7 });
  fc.assert(
    fc.property(closes, (prices) => {
      const verdict = judge(
        'stock',
        prices.map((price, i) => ballot(`s${i}`, `${price}`)),
        undefined,
      );
      const outside = verdict.votes.filter(({ deviation }) => deviation > tolerances.stock).map(({ source }) => source);
      expect(heldBack(verdict)).toEqual(outside.length === 0 ? 'agreed' : outside);
    }),
  );
});

describe('what becomes of a dispute', () => {
  const disputed = judge('crypto', [ballot('a', '100'), ballot('b', '200')], undefined);
  const agreed = judge('crypto', [ballot('a', '100'), ballot('b', '100')], undefined);
  const alone = judge('crypto', [ballot('a', '100')], undefined);
  const known = (over: Partial<KnownDispute> = {}): KnownDispute => ({
    id: '1',
    state: 'open',
    votesHash: 'h1',
    closedBy: null,
    ...over,
  });
  const nothing = { changes: false, isNew: false, supersede: [], release: [] };

  test.each<[string, Verdict, string, KnownDispute[], object]>([
    ['a first disagreement is told', disputed, 'h1', [], { changes: true, isNew: true }],
    ['the same votes are told once', disputed, 'h1', [known()], nothing],
    ['other votes replace it', disputed, 'h2', [known()], { changes: true, isNew: true, supersede: ['1'] }],
    ['agreement ends it', agreed, 'h2', [known()], { changes: true, isNew: false, release: ['1'] }],
    ['agreement where nothing was disputed changes nothing', agreed, 'h2', [], nothing],
    ['alone it stays as it is', alone, 'h2', [known()], nothing],
    [
      'what a person released stays released for the same votes',
      disputed,
      'h1',
      [known({ state: 'released', closedBy: 'local' })],
      nothing,
    ],
    [
      'and is a dispute again for other votes',
      disputed,
      'h2',
      [known({ state: 'released', closedBy: 'local' })],
      { changes: true, isNew: true, supersede: [] },
    ],
    [
      'what ended by itself is a new dispute when its votes are there again',
      disputed,
      'h1',
      [known({ state: 'superseded', closedBy: consensusActor }), known({ id: '2', votesHash: 'h2' })],
      { changes: true, isNew: true, supersede: ['2'] },
    ],
    [
      'and is open once, however often it was before',
      disputed,
      'h1',
      [known({ state: 'released', closedBy: consensusActor }), known({ id: '2' })],
      nothing,
    ],
    [
      'what a person released at its second opening stays released',
      disputed,
      'h1',
      [
        known({ state: 'released', closedBy: consensusActor }),
        known({ id: '2', state: 'released', closedBy: 'local' }),
      ],
      nothing,
    ],
    [
      'what a person discarded is not released by the others’ agreement',
      agreed,
      'h2',
      [known({ state: 'discarded', closedBy: 'local' })],
      nothing,
    ],
  ])('%s', (_title, verdict, votesHash, disputes, expected) => {
    expect(disputeChange(verdict, votesHash, disputes)).toMatchObject(expected);
  });
});

test('a discarded bar has no vote; a later revision of it has one again', () => {
  const { votes } = judge('crypto', [ballot('a', '100', { revision: 2 }), ballot('b', '100'), ballot('c', '200')], 1);
  const discarded = [{ keptOut: ['a', 'c'], votes }];
  const cast = [ballot('a', '100', { revision: 2 }), ballot('b', '100'), ballot('c', '200')];
  expect(votersOf(cast, discarded).map(({ source }) => source)).toEqual(['b']);
  expect(votersOf([ballot('a', '100', { revision: 3 }), ...cast.slice(1)], discarded).map((one) => one.source)).toEqual(
    ['a', 'b'],
  );
  expect(votersOf(cast, [])).toEqual(cast);
});

test('votes are the same when source, revision, close and worth are', () => {
  const key = (votes: Ballot[], rate?: number) => JSON.stringify(votesKey(judge('crypto', votes, rate).votes));
  const votes = [ballot('a', '100'), usdt('b', '100')];
  expect(key(votes)).toBe(key([...votes].reverse()));
  expect(key(votes)).not.toBe(key([ballot('a', '100', { revision: 2 }), votes[1]!]));
  expect(key(votes)).not.toBe(key(votes, 0.99));
});

describe('how a person ends a dispute', () => {
  test.each([
    ['released', ['a'], undefined, { keptOut: [] }],
    ['released', ['a', 'b'], 'a', { keptOut: ['b'] }],
    ['released', ['a', 'b', 'c', 'd'], 'd', { keptOut: ['a', 'b', 'c'] }],
    ['released', ['a', 'b'], undefined, { why: 'is missing: whose bar shall readers get, of a, b' }],
    ['released', ['a', 'b'], 'c', { why: 'is none of those that are held back: a, b' }],
    ['discarded', ['a', 'b'], undefined, { keptOut: ['a', 'b'] }],
    ['discarded', ['a', 'b'], 'b', { keptOut: ['b'] }],
    ['discarded', ['b'], 'b', { keptOut: ['b'] }],
    ['discarded', ['b'], 'a', { why: 'is none of those that are held back: b' }],
    [
      'discarded',
      ['a', 'b', 'c'],
      'b',
      { why: 'leaves a, c, who may disagree: release the one that is right, or discard all' },
    ],
  ] as const)('%s, of %j, for %s', (ending, sides, source, expected) => {
    expect(keptOutBy(ending, sides, source)).toEqual(expected);
  });
});
