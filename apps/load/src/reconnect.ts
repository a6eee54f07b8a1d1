import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { measureReconnect } from './bench/measure-reconnect.ts'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000' },
    away: { type: 'string', default: '800' },
    report: { type: 'string' },
  },
})
const report = await measureReconnect({ sockets: Number(values.sockets), awayMs: Number(values.away) })
const page = `# Coming back all at once

${report.sockets} clients with real SDKs in one process, each with a socket and a followed chat, are cut at the same moment. The server
cannot be reached for ${report.awayMs} ms; ${report.missed} messages are stored meanwhile.

| from the moment it can be reached until live and complete | |
|---|---|
| p50 | ${Math.round(report.p50)} ms |
| p99 | ${Math.round(report.p99)} ms |
| the slowest | ${Math.round(report.slowest)} ms |
| connections a client, attempts while it was away included | ${report.connectionsEach.toFixed(2)} |

Again: \`pnpm load:reconnect\`.
`
console.log(page)
if (values.report !== undefined) await writeFile(values.report, page)
process.exit(0)
