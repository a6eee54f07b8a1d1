// What a mutation run says: its figures and survivors in docs/reports/mutation.json, and the page made from them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const keptFile = 'docs/reports/mutation.json'
const pageFile = 'docs/reports/mutation.md'

/** Puts the result of one target in place of its earlier one. A survivor keeps the reason that somebody wrote for it. */
export function keep(name, result) {
  const kept = existsSync(keptFile) ? JSON.parse(readFileSync(keptFile, 'utf8')) : {}
  const reasons = new Map((kept[name]?.survivors ?? []).map((each) => [keyOf(each), each.reason]))
  const survivors = result.survivors.map((each) => ({ ...each, reason: reasons.get(keyOf(each)) ?? '' }))
  const all = { ...kept, [name]: { ...result, survivors } }
  writeFileSync(keptFile, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(pageFile, pageOf(all))
}

/** Without the line, so that a change above does not lose the reason. */
function keyOf({ file, mutator, before, after }) {
  return JSON.stringify([file, mutator, before, after])
}

export function pageOf(all) {
  const rows = Object.entries(all).map(([name, { counts, commit, date, minutes }]) => {
    const { killed, timedOut, survived, uncovered } = counts
    const mutants = killed + timedOut + survived + uncovered
    return `| ${name} | ${mutants} | ${killed} | ${timedOut} | ${survived} | ${uncovered} | ${scoreOf(counts).toFixed(1)} % | ${minutes} | ${date}, ${commit} |`
  })
  const lists = Object.entries(all).map(([name, { survivors }]) => {
    const lines = survivors.map(({ file, line, before, after, reason }) => {
      const change = `\`${oneLine(before)}\` → \`${oneLine(after)}\``
      return `- ${file}:${line}: ${change}${reason === '' ? '' : `: ${reason}`}`
    })
    return [`## ${name}`, '', ...(lines.length > 0 ? lines : ['None survived.'])].join('\n')
  })
  return `${[head, [...tableHead, ...rows].join('\n'), ...lists].join('\n\n')}\n`
}

const head = `# Mutation testing

\`pnpm mutation [target…] --report\` changes the source one place at a time and runs the tests that execute that place. A
change that no test notices is a survivor. How it works: [testing](../guides/testing.md#mutation-testing).`

const tableHead = [
  '| target | mutants | killed | timed out | survived | not executed | score | minutes | when |',
  '|---|---|---|---|---|---|---|---|---|',
]

function oneLine(text) {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', "'")
  return line.length > 90 ? `${line.slice(0, 89)}…` : line
}

/** The counts of one target and what survived, from Stryker's own report. */
export function summaryOf(report) {
  const counts = { killed: 0, timedOut: 0, survived: 0, uncovered: 0, ignored: 0, invalid: 0 }
  const survivors = []
  for (const [file, { source, mutants }] of Object.entries(report.files)) {
    for (const mutant of mutants) {
      counts[kindOf[mutant.status]] += 1
      if (mutant.status !== 'Survived' && mutant.status !== 'NoCoverage') continue
      const { start, end } = mutant.location
      const before = textBetween(source, start, end)
      survivors.push({ file, line: start.line, mutator: mutant.mutatorName, before, after: mutant.replacement })
    }
  }
  return { counts, survivors }
}

const kindOf = {
  Killed: 'killed',
  Timeout: 'timedOut',
  Survived: 'survived',
  NoCoverage: 'uncovered',
  Ignored: 'ignored',
  Pending: 'ignored',
  RuntimeError: 'invalid',
  CompileError: 'invalid',
}

/** The share of mutants that a test noticed, in percent; ignored and invalid ones are not counted. */
export function scoreOf({ killed, timedOut, survived, uncovered }) {
  const all = killed + timedOut + survived + uncovered
  if (all === 0) throw new Error('There is no mutant to score.')
  return (100 * (killed + timedOut)) / all
}

/** Lines and columns of Stryker count from 1. */
function textBetween(source, start, end) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return lines.join('\n')
}
