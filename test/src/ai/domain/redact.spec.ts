import { redact, redactText } from '../../../../src/ai/domain/redact.js';

test.each([
  ['error calling https://x.test/v1?key=AbCd-123&alt=json', 'error calling https://x.test/v1?key=REDACTED&alt=json'],
  ['AIzaSyA-1234567890_abcdefghij', 'REDACTED'],
  ['use sk-proj-0123456789abcdef now', 'use REDACTED now'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer REDACTED'],
  ['http://me:pw@host/x', 'http://host/x'],
  ['eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc', 'REDACTED'],
  ['the key risk is inflation', 'the key risk is inflation'],
])('%s becomes %s', (text, shown) => {
  expect(redactText(text)).toBe(shown);
});

test('hides members that are named like secrets, at any depth, and nothing else', () => {
  const value = {
    key_factors: ['a'],
    max_tokens: 5,
    api_key: 'x',
    headers: { Authorization: 'y', 'X-Api-Key': 'z' },
    list: [{ access_token: 't', detail: 'sk-0123456789abcdef0' }],
    nothing: null,
  };
  expect(redact(value)).toEqual({
    key_factors: ['a'],
    max_tokens: 5,
    api_key: 'REDACTED',
    headers: { Authorization: 'REDACTED', 'X-Api-Key': 'REDACTED' },
    list: [{ access_token: 'REDACTED', detail: 'REDACTED' }],
    nothing: null,
  });
});
