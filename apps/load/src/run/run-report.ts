export type PhaseReport = {
  rounds: number
  lengthMs: number
  sends: number
  acknowledged: number
  refused: number
  /** Messages that appeared in somebody's window. */
  applied: number
  /** Entries that came over the line, and those of them that were there already. */
  entries: number
  repeats: number
  /** Of the history. */
  lines: number
  /** Of every round; null for one that never did. */
  convergedMs: (number | null)[]
  /** Milliseconds from the sending to the tick, and to every window. */
  ack: Quantiles
  deliver: Quantiles
  /** The most bytes: of a server, of a process of clients, waiting for one socket, in all rings of a server. */
  memory: { servers: number; clients: number; queue: number; rings: number }
}

export type Quantiles = { p50: number | null; p99: number | null }

export type RunReport = {
  seed: string
  commit: string
  machine: string
  startedAt: string
  endedAt: string
  people: { clients: number; operators: number }
  phases: { chaos: PhaseReport; calm: PhaseReport }
  faults: Record<string, { inflicted: number; seen: number }>
  violations: string[]
  /** Where the histories are that were kept. */
  folder: string
}

/** The page that is kept under docs/reports. */
export function writeReport(report: Omit<RunReport, 'folder'>, minutesAsked: number): string {
  const { chaos, calm } = report.phases
  return `# Delivery check

Seed \`${report.seed}\`, ${report.startedAt} to ${report.endedAt}: ${report.people.clients} clients and
${report.people.operators} operators with real SDKs against two server processes on one PostgreSQL.

**${report.violations.length} violations.**
${report.violations.map((violation) => `\n- ${violation}`).join('')}

| | under faults | calm weather, every hint lost |
|---|---|---|
| rounds | ${chaos.rounds} | ${calm.rounds} |
| minutes of actions | ${minutes(chaos)} | ${minutes(calm)} |
| sends | ${chaos.sends} | ${calm.sends} |
| acknowledged | ${chaos.acknowledged} | ${calm.acknowledged} |
| refused because the chat was closed | ${chaos.refused} | ${calm.refused} |
| messages shown | ${chaos.applied} | ${calm.applied} |
| entries delivered | ${chaos.entries} | ${calm.entries} |
| of them repeats | ${share(chaos)} | ${share(calm)} |
| lines of history | ${chaos.lines} | ${calm.lines} |
| send to tick, p50 / p99 | ${both(chaos.ack)} | ${both(calm.ack)} |
| send to every window, p50 / p99 | ${both(chaos.deliver)} | ${both(calm.deliver)} |
| everybody sees everything after the heal, slowest round | ${slowest(chaos)} | ${slowest(calm)} |
| memory of a server, most | ${megabytes(chaos.memory.servers)} | ${megabytes(calm.memory.servers)} |
| memory of a process of clients, most | ${megabytes(chaos.memory.clients)} | ${megabytes(calm.memory.clients)} |
| rings of a server, most | ${kilobytes(chaos.memory.rings)} | ${kilobytes(calm.memory.rings)} |
| waiting for one socket, most | ${kilobytes(chaos.memory.queue)} | ${kilobytes(calm.memory.queue)} |

| fault | inflicted | seen to harm |
|---|---|---|
${Object.entries(report.faults)
  .map(([kind, { inflicted, seen }]) => `| ${kind} | ${inflicted} | ${seen} |`)
  .join('\n')}

Measured at commit ${report.commit} on ${report.machine}. Again: \`pnpm load:check --minutes ${minutesAsked} --seed ${report.seed}\`
repeats the plan of faults and actions.
`
}

function minutes({ lengthMs }: PhaseReport): string {
  return (lengthMs / 60_000).toFixed(1)
}

function share({ entries, repeats }: PhaseReport): string {
  return entries === 0 ? '0' : `${repeats} (${((repeats / entries) * 100).toFixed(3)} %)`
}

function both({ p50, p99 }: Quantiles): string {
  return `${milliseconds(p50)} / ${milliseconds(p99)}`
}

function slowest({ convergedMs }: PhaseReport): string {
  if (convergedMs.includes(null)) return 'never'
  return milliseconds(Math.max(0, ...convergedMs.map((ms) => ms ?? 0)))
}

function milliseconds(ms: number | null): string {
  return ms === null ? 'none' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`
}
