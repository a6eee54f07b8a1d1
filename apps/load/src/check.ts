import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runCheck } from './run/check-run.ts'
import { checkOptions } from './run/run-options.ts'
import { writeReport } from './run/run-report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    report: { type: 'string' },
    bugs: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
})

const options = checkOptions({
  minutes: Number(values.minutes),
  seed: values.seed,
  bugs: values.bugs.split(',').filter(Boolean),
  keep: values.keep,
})
console.log(`seed ${options.seed}`)
const report = await runCheck(options)
const page = writeReport(report)
if (values.report !== undefined) {
  await writeFile(values.report, page)
  await writeFile(values.report.replace(/(\.md)?$/, '.json'), `${JSON.stringify(report, null, 2)}\n`)
} else console.log(page)
const { length } = report.violations
for (const violation of report.violations.slice(0, 20)) console.error(violation)
console.log(`${length} violations, seed ${options.seed}`)
// Whatever still hangs on a connection must not keep a finished run.
process.exit(length === 0 ? 0 : 1)
