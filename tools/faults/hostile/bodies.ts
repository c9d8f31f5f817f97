import zlib from 'node:zlib';

/** A body that nobody sends in good faith. */
export interface HostileBody {
  readonly name: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The member that a refusal has to name, where it is about one. */
  readonly field?: string;
}

const json = (name: string, text: string, field?: string): HostileBody => ({
  name,
  body: Buffer.from(text),
  ...(field !== undefined && { field }),
});
const megabyte = 1_048_576;
const manyKeys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}`;

/** Refused before a route is asked, whatever it takes. */
export const hostileJson = (): readonly HostileBody[] => {
  const bomb = Buffer.alloc(64 * megabyte, ' ');
  return [
    json('10 MB', JSON.stringify({ name: 'x'.repeat(10 * megabyte) })),
    json('arrays 10,000 deep', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'a'),
    json('objects 10,000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'a'),
    json('never closed', '{"a":'.repeat(100_000), 'a'),
    json('__proto__', '{"__proto__":{"isAdmin":true}}', '__proto__'),
    json('constructor', '{"constructor":{"prototype":{"isAdmin":true}}}', 'constructor'),
    json('1e400', '{"amount":1e400}', 'amount'),
    json('-1e400 within', '{"a":[{"amount":-1e400}]}', 'a.0.amount'),
    json('100,000 digits', `{"amount":${'9'.repeat(100_000)}}`, 'amount'),
    json('100,000 decimals', `{"amount":0.${'1'.repeat(100_000)}}`, 'amount'),
    json('NaN', '{"amount":NaN}'),
    json('Infinity', '{"amount":-Infinity}'),
    json('a member twice', '{"name":"a","name":"b"}', 'name'),
    json('lone surrogate as name', '{"a":{"\\ud800":1}}', 'a'),
    json('lone surrogate as text', '{"name":"\\udfff"}', 'name'),
    { name: 'no UTF-8', body: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]) },
    json('half of it', '{"name":"a"'),
    json('NULs', '\0'.repeat(1_000)),
    { name: 'gzip bomb', body: zlib.gzipSync(bomb), headers: { 'content-encoding': 'gzip' } },
    { name: 'deflate bomb', body: zlib.deflateSync(bomb), headers: { 'content-encoding': 'deflate' } },
    { name: 'brotli bomb', body: zlib.brotliCompressSync(bomb), headers: { 'content-encoding': 'br' } },
    { name: 'no gzip', body: Buffer.from('{}'), headers: { 'content-encoding': 'gzip' } },
    { name: 'unknown encoding', body: Buffer.from('{}'), headers: { 'content-encoding': 'zstd, gzip, gzip' } },
    { name: 'unknown charset', body: Buffer.from('{}'), headers: { 'content-type': 'application/json; charset=x-y' } },
  ];
};

/** In place of one member of a body that is otherwise as the route wants it. */
export const hostileValues = (): readonly (readonly [name: string, json: string])[] => [
  ['100,000 characters', JSON.stringify('x'.repeat(100_000))],
  ['text of 100,000 digits', JSON.stringify('9'.repeat(100_000))],
  ['100,000 elements', `[${'0,'.repeat(99_999)}0]`],
  ['50,000 members', manyKeys(50_000)],
  ['arrays 60 deep', `${'['.repeat(60)}${']'.repeat(60)}`],
];

const header = 'kind,executed_at,asset,quantity,price,note\n';
/** Of no line of these may anything come. */
export const hostileFiles = (): readonly HostileBody[] =>
  [
    ['formulas', `${header}=cmd|'/C calc'!A0,@SUM(1),+1+1,-1,=1+1,x\n`.repeat(100)],
    ['NULs', `${header}${'\0'.repeat(100_000)}\n`],
    ['a line of 7 MB', `${header}${'x'.repeat(7 * megabyte)}\n`],
    ['a quote never closed', `${header}"${'buy,2025-01-01,BTC,1,1,x\n'.repeat(20_000)}`],
    ['100,000 columns', `${'a,'.repeat(100_000)}\n${'1,'.repeat(100_000)}\n`],
    ['10 MB', 'x,y\n'.repeat(2_621_440)],
    ['no header', ''],
    ['a quantity of 100,000 digits', `${header}buy,2025-01-01,BTC,${'9'.repeat(100_000)},1,x\n`],
    ['lines of empty fields', `${header}${',,,,,\n'.repeat(15_000)}`],
    ['half of a character', `${header}buy,2025-01-01,B\u00c3,1,1,x\n`],
  ].map(([name = '', text = '']) => ({ name, body: Buffer.from(text) }));

/** In the place of a query's parameter or of an id in a path. */
export const hostileTexts: readonly (readonly [name: string, encoded: string])[] = [
  ['8,000 characters', 'x'.repeat(8_000)],
  ['NUL', '%00'],
  ['no UTF-8', '%ff%fe'],
  ['a broken escape', '%zz'],
  ['1e400', '1e400'],
  ['NaN', 'NaN'],
  ['__proto__', '__proto__'],
  ['a quote', '%27%3B%20drop%20table%20job%3B--'],
  ['JSON 2,000 deep', '%5B'.repeat(2_000)],
  ['JSON with __proto__', encodeURIComponent('{"__proto__":1,"BTC":1e400}')],
];
