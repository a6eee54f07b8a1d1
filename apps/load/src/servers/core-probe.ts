import { ringsBytesMax } from '@deskbell/contract/limits'

type Probed = {
  hub: { memory(): { bytes: number } }
  files: { sweeper: { sweep(): Promise<unknown> } }
}

let core: Probed | undefined

/** The patched composition root hands its core in here. One process has one core, so this is its place. */
export function probeCore(started: Probed): void {
  core = started
}

/** What all rings hold, and may hold. */
export function ringBytes(): { rings: number; ringsMax: number } {
  return { rings: core?.hub.memory().bytes ?? 0, ringsMax: ringsBytesMax }
}

/** Removes expired uploads and bytes that belong to nothing, which a server otherwise does every hour. */
export async function sweepFiles(): Promise<void> {
  await core?.files.sweeper.sweep()
}
