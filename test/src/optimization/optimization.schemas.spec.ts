import { optimizationView } from '../../../src/optimization/optimization.schemas.js';

test('the documented example is a valid view', () => {
  const { example } = optimizationView.meta() ?? {};
  expect(optimizationView.parse(example)).toEqual(example);
});
