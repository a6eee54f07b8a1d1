export type PhaseReport = {
  rounds: number
  lengthMs: number
  sends: number
  acknowledged: number
  refused: number
  /** Messages that appeared in somebody's window. */
  applied: number
  /** Attachments of acknowledged messages. */
  files: number
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
  phases: { chaos: PhaseReport; calm: PhaseReport; delivering: PhaseReport }
  faults: Record<string, { inflicted: number; seen: number }>
  /** How often each check had something to judge, over all rounds. */
  judged: Record<string, number>
  violations: string[]
  /** Where the histories are that were kept. */
  folder: string
}

/** The page that is kept under docs/reports. */
export function writeReport(report: Omit<RunReport, 'folder'>, minutesAsked: number): string {
  const phases = [report.phases.chaos, report.phases.calm, report.phases.delivering]
  const row = (name: string, cell: (phase: PhaseReport) => string | number) =>
    `| ${name} | ${phases.map(cell).join(' | ')} |`
  return `# Delivery check

Seed \`${report.seed}\`, ${report.startedAt} to ${report.endedAt}: ${report.people.clients} clients and
${report.people.operators} operators with real SDKs against two server processes on one PostgreSQL.

**${report.violations.length} violations.**
${report.violations.map((violation) => `\n- ${violation}`).join('')}

| | under faults | calm weather, every hint lost | calm weather, every hint delivered |
|---|---|---|---|
${row('rounds', ({ rounds }) => rounds)}
${row('minutes of actions', minutes)}
${row('sends', ({ sends }) => sends)}
${row('acknowledged', ({ acknowledged }) => acknowledged)}
${row('refused because the chat was closed', ({ refused }) => refused)}
${row('messages shown', ({ applied }) => applied)}
${row('files of acknowledged messages', ({ files }) => files)}
${row('entries delivered', ({ entries }) => entries)}
${row('of them repeats', share)}
${row('lines of history', ({ lines }) => lines)}
${row('send to tick, p50 / p99', ({ ack }) => both(ack))}
${row('send to every window, p50 / p99', ({ deliver }) => both(deliver))}
${row('everybody sees everything after the heal, slowest round', slowest)}
${row('memory of a server, most', ({ memory }) => megabytes(memory.servers))}
${row('memory of a process of clients, most', ({ memory }) => megabytes(memory.clients))}
${row('rings of a server, most', ({ memory }) => kilobytes(memory.rings))}
${row('waiting for one socket, most', ({ memory }) => kilobytes(memory.queue))}

| check | had something to judge |
|---|---|
${Object.entries(report.judged)
  .map(([name, count]) => `| ${name} | ${count} |`)
  .join('\n')}

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
