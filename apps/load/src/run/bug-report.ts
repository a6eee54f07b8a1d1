import { seededBugs } from '../patches/seeded-bugs.ts'
import type { BugVerdict } from './bug-run.ts'

type Origin = { seed: string; commit: string; machine: string }

/** The page that is kept under docs/reports. */
export function writeBugReport(verdicts: readonly BugVerdict[], { seed, commit, machine }: Origin): string {
  const missed = verdicts.filter(({ name, caughtBy }) => seededBugs.has(name) && caughtBy.length === 0)
  return `# Seeded bugs

Each row is one short run of the real servers and the SDK with one defect in the source; the controls have none. The names of
the checks are in [the checker](../subsystems/checker.md).

| bug | what is wrong | caught by | seconds |
|---|---|---|---|
${verdicts.map((verdict) => `| ${verdict.name} | ${verdict.what} | ${verdict.caughtBy.join(', ') || 'nothing'} | ${verdict.seconds} |`).join('\n')}

Not caught: ${missed.map(({ name }) => `\`${name}\` (${seededBugs.get(name)?.missedBecause ?? 'unexplained'})`).join('; ') || 'none'}.

Measured at commit ${commit} on ${machine}. Again: \`pnpm load:check --bugs --seed ${seed}\`.
`
}
