import { writeFileSync } from 'node:fs'

/**
 * Ends a run with the plain line that any pipeline can count: `N passed, N failed`.
 * A run that is one of several leaves its count in the file of DESKBELL_COUNT_FILE instead.
 */
export default class CountReporter {
  onTestRunEnd(modules) {
    const { skippedTitles, ...count } = countTests(modules)
    const file = process.env.DESKBELL_COUNT_FILE
    if (file) return writeFileSync(file, JSON.stringify({ ...count, skippedTitles }))
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}

/** A file or suite that broke outside of its tests counts as one that failed. */
function countTests(modules) {
  const count = { passed: 0, failed: 0, skipped: 0, skippedTitles: [] }
  for (const module of modules) {
    let broken = module.errors().length > 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'failed') count[state] += 1
      else {
        count.skipped += 1
        count.skippedTitles.push(test.fullName)
      }
    }
    for (const suite of module.children.allSuites()) broken ||= suite.errors().length > 0
    if (broken) count.failed += 1
  }
  return count
}
