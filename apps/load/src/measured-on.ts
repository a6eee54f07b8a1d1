import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'

/** The machine of a figure: `2 cores (AMD EPYC), 24 GB, Node 24.21.0`. */
export function machineLine(): string {
  const [first] = cpus()
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${gigabytes} GB, Node ${process.versions.node}`
}

/** The commit of the tree, with `+` when it has changes; `unknown` outside of a checkout. */
export function commitLine(): string {
  const { commit, isDirty } = readTree()
  return commit + (isDirty ? '+' : '')
}

/** Reports do not count as changes: a run writes them as it goes. */
export function readTree(): { commit: string; isDirty: boolean } {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const changes = git('status', '--porcelain', '--', ':/', ':(top,exclude)docs/reports')
    return { commit: git('rev-parse', '--short', 'HEAD').trim(), isDirty: changes !== '' }
  } catch {
    return { commit: 'unknown', isDirty: false }
  }
}
