import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { measureLatency } from './bench/measure-latency.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '100' },
    report: { type: 'string' },
  },
})
const report = await measureLatency({ chats: 10, perSecond: Number(values.rate), seconds: Number(values.seconds) })
const { p50, p99, tickP50, tickP99 } = report
const page = `# From commit to every window

One server process, ${report.chats} chats, each followed by its client and an operator with real SDKs, ${report.perSecond} messages a
second for ${report.seconds} seconds: ${report.sent} sent, ${report.applied} shown.

| | p50 | p99 |
|---|---|---|
| commit to window | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms |
| send to tick | ${tickP50.toFixed(1)} ms | ${tickP99.toFixed(1)} ms |

The moment of an entry is taken just before its commit and cut to whole milliseconds, so the first row counts the
commit, too. Again: \`pnpm load:latency\`.
`
console.log(page)
if (values.report !== undefined) await writeFile(values.report, page)
process.exit(0)
