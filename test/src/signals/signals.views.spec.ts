import { signalDetailView, signalView } from '../../../src/signals/signals.views.js';

test.each([
  ['one of a list', signalView],
  ['one alone', signalDetailView],
])('the documented example of %s is a valid view', (_, view) => {
  const { example } = view.meta() ?? {};
  expect(view.parse(example)).toEqual(example);
});
