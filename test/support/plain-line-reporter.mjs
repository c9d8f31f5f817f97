/** Prints the plain closing line "N passed, N failed, N skipped" after Jest's own summary, which Jest always puts last. */
export default class PlainLineReporter {
  /** @param {unknown} _contexts @param {Record<'numFailedTests' | 'numRuntimeErrorTestSuites' | 'numPendingTests' | 'numTodoTests' | 'numPassedTests', number>} results */
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.once('exit', () =>
      process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`),
    );
  }
}
