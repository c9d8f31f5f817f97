import { optimizerById, optimizerIds, optimizers } from '../../../../../src/optimization/domain/optimizers/registry.js';

test('every optimizer has an id of its own and a version', () => {
  expect(new Set(optimizerIds).size).toBe(optimizers.length);
  for (const { id, version } of optimizers) {
    expect(id).toMatch(/^[a-z][A-Za-z]*$/);
    expect(Number.isInteger(version)).toBe(true);
    expect(optimizerById(id).version).toBe(version);
  }
});
