import type { Database } from '@deskbell/db/database'
import type { OwnPostgres } from '@deskbell/testkit/database/own-postgres'
import type { FaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { rest } from '../rest.ts'
import type { Random } from '../seeded-random.ts'
import type { ServerProcess } from '../servers/server-process.ts'

/** What faults can reach. */
export type Stage = {
  servers: readonly ServerProcess[]
  /** By the person whose line it is. */
  proxies: ReadonlyMap<string, FaultProxy>
  postgres: OwnPostgres
  /** A superuser's connections, which no fault ends. */
  admin: Database
  chatIds(): readonly number[]
  /** Parts that a fault has at this moment: no other one takes them. */
  taken: Set<object>
}

export type FaultOptions = {
  stage: Stage
  random: Random
  durationMs: number
  /** Ends when it is time to heal. */
  signal: AbortSignal
}

/**
 * Does harm and undoes it. Resolves when it is undone: did the harm show, by something other than our own act?
 * Null when there was nothing free to harm.
 */
export type Fault = (options: FaultOptions) => Promise<boolean | null>

/** Holds a part for one fault as long as `work` takes; null when another has it. */
export async function withPart<T extends object, R>(
  stage: Stage,
  part: T | undefined,
  work: (part: T) => Promise<R>,
): Promise<R | null> {
  if (part === undefined || stage.taken.has(part)) return null
  stage.taken.add(part)
  try {
    return await work(part)
  } finally {
    stage.taken.delete(part)
  }
}

/** Waits, or less when it is time to heal. */
export function during({ durationMs, signal }: Pick<FaultOptions, 'durationMs' | 'signal'>): Promise<void> {
  return rest(durationMs, signal)
}
