import { signalView } from '../../../src/signals/signals.views.js';

test('the documented example is a valid view', () => {
  const { example } = signalView.meta() ?? {};
  expect(signalView.parse(example)).toEqual(example);
});
