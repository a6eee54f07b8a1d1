import { checkInboxes, checkUnread } from './check-inboxes.ts'
import {
  checkDurable,
  checkNoPhantom,
  checkOnce,
  checkRealTime,
  checkReplayFirst,
  checkSenderOrder,
} from './check-sends.ts'
import { checkCloseBarriers, checkGaplessLogs } from './check-stored-logs.ts'
import { checkContiguous, checkConverged, checkHonestReset, checkStaleness } from './check-streams.ts'
import type { Check, RunRecord } from './run-record.ts'

/** The invariants of the delivery protocol, each by its own check. */
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
  I14: checkUnread,
  I15: checkInboxes,
} as const satisfies Record<string, Check>

/** Runs all checks; an empty array is the proof. */
export function checkHistory(run: RunRecord): string[] {
  return Object.values(checks).flatMap((check) => check(run))
}
