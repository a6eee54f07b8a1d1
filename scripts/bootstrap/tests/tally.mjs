const kinds = ['passed', 'failed', 'skipped']
/** What failed is told again at the end, as the end of a long output is often all that is kept; a flood of it is not. */
const mostFailures = 20
const mostSlow = 10

/** Counts the parts of a run, and tells at its end what each was and how long it took. */
export class Tally {
  #from = performance.now()
  #parts = []

  /** Runs one part and keeps its count. Parts may run side by side. */
  async time(name, work) {
    const from = performance.now()
    const count = await work()
    this.#parts.push({ name, count, seconds: (performance.now() - from) / 1000 })
  }

  /** Prints the table, and the plain line that any pipeline can count as the last. @returns the exit code */
  close() {
    console.log(`\n${this.report((performance.now() - this.#from) / 1000)}`)
    return this.#sum('failed') > 0 ? 1 : 0
  }

  report(seconds) {
    const total = Object.fromEntries(kinds.map((kind) => [kind, this.#sum(kind)]))
    const rows = [...this.#parts, { name: 'all', count: total, seconds }]
    const skipped = this.#listed('skippedTitles').map((title) => `skipped: ${title}`)
    const retried = this.#listed('retriedTitles').map((title) => `passed at another try: ${title}`)
    const failures = this.#listed('failures')
      .slice(0, mostFailures)
      .map((each) => `failed: ${each}`)
    const slow = this.#slowest().map(({ part, title, ms }) => `slowest: ${(ms / 1000).toFixed(1)} s, ${part}: ${title}`)
    const end = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`
    return [heading, ...rows.map(row), '', ...slow, ...skipped, ...retried, ...failures, end].join('\n')
  }

  #slowest() {
    const times = this.#parts.flatMap(({ name, count }) =>
      (count.slowest ?? []).map((each) => ({ part: name, ...each })),
    )
    return times.sort((a, b) => b.ms - a.ms).slice(0, mostSlow)
  }

  #listed(key) {
    return this.#parts.flatMap(({ count }) => count[key] ?? [])
  }

  #sum(kind) {
    return this.#parts.reduce((sum, { count }) => sum + count[kind], 0)
  }
}

const heading = `${'part'.padEnd(8)}${['passing', 'failing', 'skipping', 'seconds'].map((word) => word.padStart(10)).join('')}`

function row({ name, count, seconds }) {
  const cells = [...kinds.map((kind) => count[kind]), Math.round(seconds)]
  return `${name.padEnd(8)}${cells.map((cell) => String(cell).padStart(10)).join('')}`
}
