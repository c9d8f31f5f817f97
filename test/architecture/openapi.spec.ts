import fs from 'node:fs';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
  components: {
    schemas: Record<string, { example?: unknown; properties?: Record<string, unknown>; required?: string[] }>;
  };
}
const document = JSON.parse(fs.readFileSync('docs/generated/openapi.json', 'utf8')) as Document;

test('every operation says what it answers', () => {
  const silent = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses }]) => Object.keys(responses ?? {}).length === 0)
      .map(([method]) => `${method} ${path}`),
  );
  expect(document.openapi).toMatch(/^3\.1/);
  expect(silent).toEqual([]);
});

test.each(['Portfolio', 'Job', 'Decision', 'Signal'])('%s has an example with all that is required', (name) => {
  const schema = document.components.schemas[name]!;
  expect(Object.keys(schema.example as object)).toEqual(expect.arrayContaining(schema.required!));
  expect(Object.keys(schema.properties!)).toEqual(expect.arrayContaining(Object.keys(schema.example as object)));
});
