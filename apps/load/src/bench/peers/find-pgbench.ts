import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'

export type Pgbench = { program: string; version: string }

/** Debian keeps one for each PostgreSQL beside its server, not in the path. The newest is taken. */
export function findPgbench(): Pgbench | null {
  const program = globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted().at(-1)
  if (program === undefined) return null
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return { program, version: /\d[\d.]*/.exec(said)?.[0] ?? said.trim() }
}
