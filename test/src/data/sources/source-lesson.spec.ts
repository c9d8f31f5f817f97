import { lessonOf } from '../../../../src/data/sources/source-lesson.js';

test.each([0, -5_000, 1])('an account that was told to wait %d ms rests for a second at least', (wait) => {
  expect(lessonOf({ kind: 'rateLimited', retryAfterMs: wait })).toMatchObject({ kind: 'limited', restMs: 1_000 });
});
