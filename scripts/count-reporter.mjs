import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/**
 * Ends a run with the plain line that any pipeline can count: `N passed, N failed`.
 * A run that is one of several leaves its count in the file of DESKBELL_COUNT_FILE instead.
 */
export default class CountReporter {
  onTestRunEnd(modules) {
    const count = countTests(modules)
    const file = process.env.DESKBELL_COUNT_FILE
    if (file) return writeFileSync(file, JSON.stringify(count))
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}

const mostSlow = 10

/** A file or suite that broke outside of its tests counts as one that failed. */
function countTests(modules) {
  const count = { passed: 0, failed: 0, skipped: 0, skippedTitles: [], retriedTitles: [], failures: [] }
  const times = []
  for (const module of modules) {
    const beside = [...module.errors()]
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      times.push({ title: test.fullName, ms: test.diagnostic()?.duration ?? 0 })
      if (state === 'passed' && test.diagnostic()?.flaky) count.retriedTitles.push(test.fullName)
      if (state === 'failed')
        count.failures.push(failure(`${module.relativeModuleId}: ${test.fullName}`, test.result()))
      if (state === 'passed' || state === 'failed') count[state] += 1
      else {
        count.skipped += 1
        count.skippedTitles.push(withReason(test))
      }
    }
    for (const suite of module.children.allSuites()) beside.push(...suite.errors())
    if (beside.length === 0) continue
    count.failed += 1
    count.failures.push(failure(module.relativeModuleId, { errors: beside }))
  }
  return { ...count, slowest: times.sort((a, b) => b.ms - a.ms).slice(0, mostSlow) }
}

/** The title of a skipped test and, if it says one (`onlyWhere` of the testkit), why. */
function withReason(test) {
  const reason = test.meta().skipReason ?? test.result().note
  return reason ? `${test.fullName} (${reason})` : test.fullName
}

/** Where it failed and the start of the reason: enough to know it by at the end of a long output. */
function failure(where, { errors }) {
  const reason = stripVTControlCharacters(errors?.[0]?.message ?? '')
  return `${where}: ${reason.replaceAll(/\s+/g, ' ').slice(0, 300)}`
}
