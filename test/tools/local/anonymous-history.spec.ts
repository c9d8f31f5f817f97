import fs from 'node:fs';
import path from 'node:path';
import { anonymous } from '../../../tools/local/anonymous-history.js';

const folder = path.resolve(import.meta.dirname, '../../replay/histories');

test('writers, stack traces and paths in messages are left out at any depth; everything else stays', () => {
  const failure = {
    message: 'cannot read /home/me/prices/BTC.csv of https://example.org/a/b (file:///srv/app/dist/main.js:3:7)',
    stackTrace: 'Error: x\n    at f (/home/me/app/src/a.ts:1:2)',
    cause: { message: 'EACCES: C:\\Users\\me\\prices', stackTrace: 'at g (/srv/a.js:1:2)' },
  };
  expect(anonymous({ events: [{ identity: '4711@laptop', eventId: '3', data: '/problems/x', failure }] })).toEqual({
    events: [
      {
        identity: 'recorded',
        eventId: '3',
        data: '/problems/x',
        failure: {
          message: 'cannot read (path) of https://example.org/a/b ((path))',
          stackTrace: '',
          cause: { message: 'EACCES: (path)', stackTrace: '' },
        },
      },
    ],
  });
});

test.each(fs.readdirSync(folder))('the history %s names no machine', (file) => {
  const recorded: unknown = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
  expect(anonymous(recorded)).toEqual(recorded);
  const payloads = JSON.stringify(recorded).matchAll(/"data":"([^"]*)"/g);
  const decoded = [...payloads].map(([, data]) => Buffer.from(data ?? '', 'base64').toString('utf8'));
  expect(decoded.filter((text) => /\/(home|root|tmp|work|usr|Users)\/|node_modules/.test(text))).toEqual([]);
});
