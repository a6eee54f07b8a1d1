import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { findBinaries } from '@deskbell/db/embedded/binaries'
import { z } from 'zod'
import { readTree } from '../../measured-on.ts'

const nullable = z.string().nullable()

/** Where the figures of a part come from. Null: not written down when it was measured. */
export const provenanceSchema = z.object({
  date: z.string(),
  commit: z.string(),
  /** The tree had changes that are not in the commit. */
  isDirty: z.boolean(),
  kernel: nullable,
  cpu: z.string(),
  memoryGb: z.number(),
  node: z.string(),
  /** The one that Deskbell brings, which every part runs on. */
  postgres: nullable,
  command: z.string(),
  rounds: z.number(),
})

export type Provenance = z.infer<typeof provenanceSchema>

export function provenanceOf({ command, rounds }: { command: string; rounds: number }): Provenance {
  const [first] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    ...readTree(),
    kernel: `${type()} ${release()}`,
    cpu: `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    postgres: postgresVersion(),
    command,
    rounds,
  }
}

function postgresVersion(): string {
  const said = execFileSync(findBinaries().postgres, ['--version'], { encoding: 'utf8' })
  return /\d[\d.]*/.exec(said)?.[0] ?? said.trim()
}

/** `PostgreSQL ?` says that nobody wrote it down. */
export function provenanceText(provenance: Provenance): string {
  const { date, commit, isDirty, kernel, cpu, memoryGb, node, postgres, command, rounds } = provenance
  const tree = `commit ${commit}${isDirty ? ' with changes' : ''}`
  const machine = `${cpu}, ${memoryGb} GB, ${kernel ?? 'kernel ?'}`
  const times = rounds === 1 ? 'one round' : `${rounds} rounds`
  return `\`${command}\`, ${date}, ${tree}, ${machine}, Node ${node}, PostgreSQL ${postgres ?? '?'}, ${times}.`
}
