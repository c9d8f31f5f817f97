import { brokenLink, chainStart, eventHash, type ChainedEvent } from '../../../../src/audit/domain/hash-chain.js';
import { sha256 } from '../../../../src/platform/crypto/sha256.js';

type Sealed = ChainedEvent & { hash: string };

function chain(length: number): Sealed[] {
  const events: Sealed[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    const event: ChainedEvent = {
      stream: 'portfolio:p',
      sequence,
      eventKey: `key:${sequence}`,
      prevHash: events.at(-1)?.hash ?? chainStart,
      ownerId: 'local',
      subject: 'decision:d',
      actor: 'local',
      kind: 'approved',
      payload: { note: `note ${sequence}` },
      recordedAt: '2026-11-25T00:00:00Z',
    };
    events.push({ ...event, hash: eventHash(event, sha256) });
  }
  return events;
}

test('a chain that nobody touched is whole', () => {
  expect(brokenLink(chain(5), sha256)).toBeUndefined();
  expect(brokenLink([], sha256)).toBeUndefined();
});

test.each<[string, (events: Sealed[]) => Sealed[], number]>([
  ['a changed payload', (e) => e.map((x) => (x.sequence === 3 ? { ...x, payload: { note: 'other' } } : x)), 3],
  ['a changed actor', (e) => e.map((x) => (x.sequence === 2 ? { ...x, actor: 'mallory' } : x)), 2],
  ['a removed event', (e) => e.filter((x) => x.sequence !== 2), 3],
  ['two events swapped', (e) => [e[0]!, e[2]!, e[1]!, e[3]!], 3],
  ['a forged event that is hashed well', (e) => forged(e), 3],
])('%s is found', (_what, tamper, at) => {
  expect(brokenLink(tamper(chain(4)), sha256)?.sequence).toBe(at);
});

/** Event 2 rewritten with a right hash of its own: the next event still names the old one. */
function forged(events: Sealed[]): Sealed[] {
  return events.map((event) => {
    if (event.sequence !== 2) return event;
    const other = { ...event, payload: { note: 'forged' } };
    return { ...other, hash: eventHash(other, sha256) };
  });
}
