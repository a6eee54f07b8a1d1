import { checkBubbles, checkEphemera, checkReceipts } from './checks/check-ephemera.ts'
import { checkInboxes, checkUnread } from './checks/check-inboxes.ts'
import {
  checkDurable,
  checkNoPhantom,
  checkOnce,
  checkRealTime,
  checkReplayFirst,
  checkSenderOrder,
} from './checks/check-sends.ts'
import { checkAccess, checkIsolation, checkMemory } from './checks/check-service.ts'
import { checkCloseBarriers, checkGaplessLogs } from './checks/check-stored-logs.ts'
import { checkContiguous, checkConverged, checkHonestReset, checkStaleness } from './checks/check-streams.ts'
import type { Check, RunRecord } from './run-record.ts'

/** The invariants of the delivery protocol, and the check of each. */
export const checks = {
  I1: checkGaplessLogs,
  I2: checkDurable,
  I3: checkOnce,
  I4: checkNoPhantom,
  I5: checkRealTime,
  I6: checkSenderOrder,
  I7: checkCloseBarriers,
  I8: checkReplayFirst,
  I9: checkContiguous,
  I10: checkConverged,
  I11: checkStaleness,
  I12: checkHonestReset,
  I13: checkReceipts,
  I14: checkUnread,
  I15: checkInboxes,
  I16: checkEphemera,
  I17: checkMemory,
  I18: checkIsolation,
  I19: checkAccess,
  I20: checkBubbles,
} as const satisfies Record<string, Check>

/** Runs all checks. Returns one sentence per violation; empty when every invariant holds. */
export function checkHistory(run: RunRecord): string[] {
  return Object.values(checks).flatMap((check) => check(run))
}
