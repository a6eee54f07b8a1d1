import { seededBugs } from '../patches/seeded-bugs.ts'
import type { BugVerdict } from './bug-run.ts'

type Origin = { seed: string; commit: string; machine: string }

/** The page that is kept under docs/reports. */
export function writeBugReport(verdicts: readonly BugVerdict[], { seed, commit, machine }: Origin): string {
  const missed = verdicts.filter(({ name, caughtBy }) => seededBugs.has(name) && caughtBy.length === 0)
  return `# Seeded bugs

Each row is a defect in the source of the real servers and the SDK, with short runs until one of them saw it; the controls
have no defect and as many runs as a bug may have. The names of
the checks are in [the checker](../subsystems/checker.md).

| bug | what is wrong | caught by | runs | seconds |
|---|---|---|---|---|
${verdicts.map((verdict) => `| ${verdict.name} | ${verdict.what} | ${verdict.caughtBy.join(', ') || 'nothing'} | ${verdict.runs} | ${verdict.seconds} |`).join('\n')}

Not caught: ${missed.map(({ name }) => `\`${name}\` (${seededBugs.get(name)?.missedBecause ?? 'unexplained'})`).join('; ') || 'none'}.

Measured at commit ${commit} on ${machine}. Again: \`pnpm load:check --bugs --seed ${seed}\`.
`
}
