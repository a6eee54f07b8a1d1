import type { Fault } from './fault.ts'
import { cutLines, delayLines, freezeLines, slowReaders } from './line-faults.ts'
import { holdChat, idleInTransaction, stopPostgres, terminateSessions } from './postgres-faults.ts'
import { freezeServer, killServer, restartServer } from './server-faults.ts'

/** Every kind, how often it is chosen for a period, and for how long it lasts. */
export const faultKinds = {
  kill: { fault: killServer, share: 0.8, ms: [50, 500] },
  restart: { fault: restartServer, share: 0.2, ms: [0, 0] },
  freezeServer: { fault: freezeServer, share: 0.2, ms: [1_000, 10_000] },
  cut: { fault: cutLines, share: 0.4, ms: [0, 0] },
  halfOpen: { fault: freezeLines, share: 0.3, ms: [1_000, 6_000] },
  latency: { fault: delayLines, share: 0.3, ms: [1_000, 5_000] },
  slowReader: { fault: slowReaders, share: 0.3, ms: [2_000, 6_000] },
  stopPostgres: { fault: stopPostgres, share: 0.12, ms: [300, 2_000] },
  terminate: { fault: terminateSessions, share: 0.2, ms: [0, 0] },
  holdChat: { fault: holdChat, share: 0.2, ms: [3_000, 3_000] },
  idleWriter: { fault: idleInTransaction, share: 0.2, ms: [4_000, 4_000] },
} as const satisfies Record<string, { fault: Fault; share: number; ms: readonly [number, number] }>

export type FaultKind = keyof typeof faultKinds
