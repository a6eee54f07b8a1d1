import { parseArgs } from 'node:util'
import { benches } from './bench/suite/benches.ts'
import { keepReport } from './bench/suite/kept-report.ts'
import { reportPage } from './bench/suite/report.ts'
import { runBenches } from './bench/suite/run-benches.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Names with commas between them. */
    only: { type: 'string' },
    /** Of every part, when the usual number takes too long or says too little. */
    rounds: { type: 'string' },
    /** How long the operator's list is watched while messages come. */
    minutes: { type: 'string' },
    report: { type: 'string' },
    /** Makes the page of a kept report again from its JSON, and measures nothing. */
    render: { type: 'string' },
  },
})
const { quick, only, report, render } = values
if (quick && report !== undefined) throw new Error('The figures of a quick run are not worth keeping.')

if (render !== undefined) {
  await keepReport(render, [], benches)
  process.exit(0)
}

// What was started ends with us: it hangs on the event `exit`, which a bare signal does not bring.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

const sections = await runBenches(benches, {
  quick,
  rounds: values.rounds === undefined ? null : Number(values.rounds),
  minutes: values.minutes === undefined ? null : Number(values.minutes),
  only: only?.split(',') ?? null,
  log: (line) => console.log(line),
  // After each part: one that fails must not cost the others.
  onSection: async (section) => {
    if (report !== undefined) await keepReport(report, [section], benches)
  },
})
console.log(quick ? 'bench: every part ran; a quick run has no figures' : reportPage(sections, benches))
process.exit(0)
