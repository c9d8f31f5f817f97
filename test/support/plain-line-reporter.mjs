/**
 * @typedef {{ status: string, ancestorTitles: string[], title: string }} Assertion
 * @typedef {Record<'numFailedTests' | 'numRuntimeErrorTestSuites' | 'numPendingTests' | 'numTodoTests' | 'numPassedTests', number>
 *   & { testResults: { testResults: Assertion[] }[] }} Results
 */

/** After Jest's own summary, which Jest always puts last: why tests were skipped, and "N passed, N failed, N skipped". */
export default class PlainLineReporter {
  /** @param {unknown} _contexts @param {Results} results */
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const pending = results.testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'pending');
    // a skipped group says its reason in its title; tests left out by a name filter give none
    const reasons = new Set(
      pending.map(({ ancestorTitles, title }) => [...ancestorTitles, title].find((one) => one.includes('skipped:'))),
    );
    process.once('exit', () => {
      for (const reason of reasons) if (reason) process.stdout.write(`\nskipped: ${reason}`);
      process.stdout.write(`\n\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}
