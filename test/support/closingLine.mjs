/** A jest reporter that closes a run with the counts on a line of their own: `Tests: 120 passed, 0 failed`. */
export default class ClosingLine {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests }) {
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    process.stdout.write(`Tests: ${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`);
  }
}
