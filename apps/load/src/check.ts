import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { commitLine, machineLine } from './measured-on.ts'
import { seededBugs } from './patches/seeded-bugs.ts'
import { writeBugReport } from './run/bug-report.ts'
import { type BugVerdict, controlNames, runBug } from './run/bug-run.ts'
import { runCheck } from './run/check-run.ts'
import { checkOptions } from './run/run-options.ts'
import { writeReport } from './run/run-report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    report: { type: 'string' },
    /** All seeded bugs, or those that are named. */
    bugs: { type: 'boolean', default: false },
    bug: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean', default: false },
  },
})

console.log(`seed ${values.seed}`)
if (values.bugs || values.bug.length > 0)
  await checkBugs(values.bug.length > 0 ? values.bug : [...controlNames, ...seededBugs.keys()])
else await check()

async function checkBugs(names: readonly string[]): Promise<never> {
  const verdicts: BugVerdict[] = []
  for (const name of names) {
    const verdict = await runBug(name, values.seed)
    verdicts.push(verdict)
    const by = verdict.caughtBy.join(', ') || 'nothing'
    const word = verdict.expected ? 'as expected' : 'NOT AS EXPECTED'
    console.log(`${word}: ${name} (${verdict.what}) caught by ${by} in ${verdict.seconds} s`)
    for (const violation of verdict.violations.slice(0, 3)) console.log(`  ${violation}`)
  }
  const page = writeBugReport(verdicts, { seed: values.seed, commit: commitLine(), machine: machineLine() })
  if (values.report !== undefined) await writeFile(values.report, page)
  process.exit(verdicts.every(({ expected }) => expected) ? 0 : 1)
}

async function check(): Promise<never> {
  const minutes = Number(values.minutes)
  const { folder, ...report } = await runCheck(checkOptions({ minutes, seed: values.seed, keep: values.keep }))
  const page = writeReport(report, minutes)
  if (values.report === undefined) console.log(page)
  else {
    await writeFile(values.report, page)
    await writeFile(values.report.replace(/(\.md)?$/, '.json'), `${JSON.stringify(report, null, 2)}\n`)
  }
  for (const violation of report.violations.slice(0, 20)) console.error(violation)
  console.log(`${report.violations.length} violations, seed ${report.seed}`)
  if (values.keep || report.violations.length > 0) console.log(`the histories are in ${folder}`)
  // Whatever still hangs on a connection must not keep a finished run.
  process.exit(report.violations.length === 0 ? 0 : 1)
}
