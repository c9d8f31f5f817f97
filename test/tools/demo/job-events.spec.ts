import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { followJob, progressOf, serverSentData, type JobEvent } from '../../../tools/demo/job-events.js';

async function* chunks(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

test('events are put together from whatever pieces the network makes of them', async () => {
  const text =
    ': hello\n\nid: 1\nevent: started\ndata: {"a":1}\n\nid: 2\r\ndata: two\r\ndata: lines\r\n\r\ndata: cut off';
  const expected = ['{"a":1}', 'two\nlines'];
  expect(await collect(serverSentData(chunks(text)))).toEqual(expected);
  expect(await collect(serverSentData(chunks(...Array.from(text))))).toEqual(expected);
});

describe('following a job', () => {
  let server: http.Server;
  let url: string;
  let seen: (string | undefined)[];
  let answers: ((response: http.ServerResponse) => void)[];
  beforeEach(async () => {
    seen = [];
    answers = [];
    server = http.createServer((request, response) => {
      seen.push(request.headers['last-event-id'] as string | undefined);
      const answer = answers.shift();
      if (answer) answer(response);
      else response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const event = (sequence: number, kind: string, payload: unknown = {}) =>
    `id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify({ sequence, kind, payload, recorded_at: '2026-11-25T12:00:00Z' })}\n\n`;
  const follow = (patienceMs = 10_000): AsyncGenerator<JobEvent> =>
    followJob(url, 'j1', { signal: new AbortController().signal, patienceMs });

  test('a lost connection is taken up after the last event seen, and no event is told twice', async () => {
    answers.push(
      (response) => {
        response.write(event(1, 'requested') + event(2, 'progress', { done: 1, total: 4, note: 'signals' }));
        setTimeout(() => response.destroy(), 50);
      },
      (response) => response.end(event(2, 'progress') + event(3, 'succeeded')),
    );
    const events = await collect(follow());
    expect(events.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual([
      '1 requested',
      '2 progress',
      '3 succeeded',
    ]);
    expect(events[1] && progressOf(events[1])).toEqual({ done: 1, total: 4, note: 'signals' });
    expect(seen).toEqual([undefined, '2']);
  });

  test('it ends at the final event although the stream stays open', async () => {
    answers.push((response) => response.write(event(1, 'failed')));
    expect((await collect(follow())).map(({ kind }) => kind)).toEqual(['failed']);
  });

  test('without news it gives up after its patience and says what went wrong', async () => {
    await expect(collect(follow(700))).rejects.toThrow('job j1 did not end: the event stream answered 503');
  });
});
