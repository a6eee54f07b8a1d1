import type { SourcePatch } from './source-patch.ts'

/** A defect that the checker must find, put into the real source. */
export type SeededBug = {
  /** What is broken, in a sentence. */
  what: string
  /** Any of these catches it; the first is the one that is expected. */
  caughtBy: readonly string[]
  patches: readonly SourcePatch[]
}

export const seededBugs = {} as const satisfies Record<string, SeededBug>

/** The bugs that this process was started with. */
export function patchesFromEnvironment(): SourcePatch[] {
  const names = (process.env['DESKBELL_LOAD_BUGS'] ?? '').split(',').filter(Boolean)
  const bugs: Record<string, SeededBug> = seededBugs
  return names.flatMap((name) => bugs[name]?.patches ?? [])
}
