import { checkForeignCalls, checkForeignStreams, checkSignedOut } from './checks/check-access.ts'
import { checkBubbles } from './checks/check-bubbles.ts'
import {
  checkPositions,
  checkPresence,
  checkTypingArrives,
  checkTypingEnds,
  checkTypingShown,
} from './checks/check-ephemera.ts'
import {
  checkFileAnswers,
  checkLeftBytes,
  checkRetractedFiles,
  checkSentFiles,
  checkServedFiles,
  checkSweptStore,
} from './checks/check-files.ts'
import { checkCounts, checkForeignRows, checkRisingRows, checkRows, checkUnread } from './checks/check-inboxes.ts'
import { checkRisingMarks, checkShownMarks, checkStoredMarks } from './checks/check-marks.ts'
import { checkRetractedFrames, checkRetractedReads, checkRetractedRows } from './checks/check-retractions.ts'
import {
  checkDurable,
  checkNoPhantom,
  checkOnce,
  checkRealTime,
  checkReplayFirst,
  checkSenderOrder,
} from './checks/check-sends.ts'
import { checkIsolation, checkQueues, checkRings } from './checks/check-service.ts'
import { checkCloseBarriers, checkGaplessLogs, checkRefusals } from './checks/check-stored-logs.ts'
import { checkContiguous, checkConverged, checkHonestReset, checkStaleness } from './checks/check-streams.ts'
import { sentenceOf } from './findings.ts'
import type { Check, RoundKind, RunRecord } from './run-record.ts'

/** `notIn`: the kinds of rounds in which the check has nothing to judge, or must not. */
type NamedCheck = { id: string; name: string; check: Check; notIn?: readonly RoundKind[] }

/** The invariants of the delivery protocol, and their checks. */
export const checks: readonly NamedCheck[] = [
  { id: 'I1', name: 'logs without a gap', check: checkGaplessLogs },
  { id: 'I2', name: 'acknowledged is stored', check: checkDurable },
  { id: 'I3', name: 'stored once', check: checkOnce },
  { id: 'I4', name: 'nothing that nobody sent', check: checkNoPhantom },
  { id: 'I5', name: 'real time', check: checkRealTime },
  { id: 'I6', name: 'order of a sender', check: checkSenderOrder },
  // Nobody closes a chat where typing is judged.
  { id: 'I7', name: 'nothing behind a close', check: checkCloseBarriers, notIn: ['delivering'] },
  { id: 'I7', name: 'refused only while closed', check: checkRefusals, notIn: ['delivering'] },
  { id: 'I8', name: 'repeats after a close', check: checkReplayFirst, notIn: ['delivering'] },
  { id: 'I9', name: 'streams without gap or repeat', check: checkContiguous },
  { id: 'I10', name: 'windows at rest', check: checkConverged },
  { id: 'I11', name: 'soon', check: checkStaleness, notIn: ['faults'] },
  { id: 'I12', name: 'reset where it must', check: checkHonestReset },
  { id: 'I13', name: 'stored marks', check: checkStoredMarks },
  { id: 'I13', name: 'marks rise', check: checkRisingMarks },
  { id: 'I13', name: 'marks at rest', check: checkShownMarks },
  { id: 'I14', name: 'unread', check: checkUnread },
  { id: 'I15', name: 'rows at rest', check: checkRows },
  { id: 'I15', name: 'counts at rest', check: checkCounts },
  { id: 'I15', name: 'rows rise', check: checkRisingRows },
  { id: 'I15', name: 'own rows only', check: checkForeignRows },
  { id: 'I16', name: 'positions', check: checkPositions },
  // A bus that delivers nothing shows no typing, and faults delay the end of it.
  { id: 'I16', name: 'typing ends', check: checkTypingEnds, notIn: ['faults', 'mute', 'slow'] },
  { id: 'I16', name: 'typing arrives', check: checkTypingArrives, notIn: ['faults', 'mute', 'slow'] },
  { id: 'I16', name: 'typing is shown', check: checkTypingShown, notIn: ['faults', 'mute', 'slow'] },
  { id: 'I16', name: 'clients are online', check: checkPresence, notIn: ['faults'] },
  { id: 'I17', name: 'queues of sockets', check: checkQueues },
  { id: 'I17', name: 'rings', check: checkRings },
  { id: 'I18', name: 'beside slow readers', check: checkIsolation, notIn: ['faults', 'mute', 'delivering'] },
  { id: 'I19', name: 'nothing after the sign-out', check: checkSignedOut },
  { id: 'I20', name: 'messages of a page end', check: checkBubbles },
  { id: 'I21', name: 'foreign chats by the socket', check: checkForeignCalls('socket') },
  { id: 'I21', name: 'foreign chats by tRPC over HTTP', check: checkForeignCalls('http') },
  { id: 'I21', name: 'foreign chats in a batch', check: checkForeignCalls('batch') },
  { id: 'I21', name: 'foreign chats by REST', check: checkForeignCalls('rest') },
  { id: 'I21', name: 'foreign chats by server-sent events', check: checkForeignCalls('sse') },
  { id: 'I21', name: 'own streams only', check: checkForeignStreams },
  { id: 'I22', name: 'retracted texts in frames', check: checkRetractedFrames },
  { id: 'I22', name: 'retracted texts in reads', check: checkRetractedReads },
  { id: 'I22', name: 'retracted texts in rows', check: checkRetractedRows },
  { id: 'I23', name: 'attachments as sent', check: checkSentFiles },
  { id: 'I23', name: 'attachments in answers', check: checkFileAnswers },
  { id: 'I23', name: 'files on every server', check: checkServedFiles },
  { id: 'I23', name: 'addresses of retracted files', check: checkRetractedFiles },
  // A server that is killed leaves bytes to the sweep.
  { id: 'I23', name: 'bytes of retracted files', check: checkLeftBytes, notIn: ['faults'] },
  { id: 'I23', name: 'store after a sweep', check: checkSweptStore },
]

/** `judged`: how often each check of this kind of round had something to judge, by its name. */
export type HistoryVerdict = { violations: string[]; judged: Record<string, number> }

/** Runs all checks of the kind of this round. Every violation is a sentence that begins with its invariant. */
export function checkHistory(run: RunRecord): HistoryVerdict {
  const violations: string[] = []
  const judged: Record<string, number> = {}
  for (const { id, name, check, notIn = [] } of checks) {
    if (notIn.includes(run.kind)) continue
    const findings = check(run)
    judged[`${id} ${name}`] = findings.judged
    violations.push(...findings.faults.map((fault) => `${id} ${sentenceOf(fault)}`))
  }
  return { violations, judged }
}

/** Adds up the counts of several rounds. */
export function addJudged(sums: Record<string, number>, judged: Record<string, number>): void {
  for (const [name, count] of Object.entries(judged)) sums[name] = (sums[name] ?? 0) + count
}

/** A check that judged nothing in all rounds together proves nothing, so the run is not green. */
export function emptyChecks(sums: Record<string, number>): string[] {
  return Object.entries(sums).flatMap(([name, count]) =>
    count === 0 ? [`CHECK-8 "${name}" had nothing to judge`] : [],
  )
}
