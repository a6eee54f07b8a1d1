import { clientBugs } from './client-bugs.ts'
import { deliveryBugs } from './delivery-bugs.ts'
import { fileBugs } from './file-bugs.ts'
import { inventedBugs } from './invented-bugs.ts'
import type { SeededBug } from './seeded-bug.ts'
import { serverBugs } from './server-bugs.ts'
import type { SourcePatch } from './source-patch.ts'

/** Every one of them has been a bug of some chat. */
export const seededBugs: ReadonlyMap<string, SeededBug> = new Map(
  Object.entries({ ...serverBugs, ...deliveryBugs, ...clientBugs, ...inventedBugs, ...fileBugs }),
)

/** Those that a run must catch. */
export const caughtBugs: readonly string[] = [...seededBugs].flatMap(([name, { missedBecause }]) =>
  missedBecause === undefined ? [name] : [],
)

/** The patches of the bugs that this process was started with. */
export function patchesFromEnvironment(): SourcePatch[] {
  const names = (process.env['DESKBELL_LOAD_BUGS'] ?? '').split(',').filter(Boolean)
  return names.flatMap((name) => seededBugs.get(name)?.patches ?? [])
}
