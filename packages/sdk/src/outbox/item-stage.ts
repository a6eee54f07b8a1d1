/**
 * The stages of an own message.
 *
 *   queued ──leave──> sending ──stored──> stored ──seen──> gone
 *     │ ^                │ └──refused──> failed ──retry──> queued
 *     │ └───postponed────┤
 *   overdue              v              sending ──overdue──> retrying
 *     └──────────> unconfirmed <──unanswered──> retrying (the same as sending, once more)
 *
 *   queued, unconfirmed ──aged──> held ──release──> queued
 */
export type Stage = 'queued' | 'sending' | 'unconfirmed' | 'retrying' | 'held' | 'failed' | 'stored'

export type StageEvent =
  /** A request carries it. */
  | 'leave'
  /** The server has stored it, according to its answer or to another tab. */
  | 'stored'
  /** The server refused it for good. */
  | 'refused'
  /** Refused for now, alone or with its batch. */
  | 'postponed'
  /** A request ended without an answer, so the outcome is unknown. */
  | 'unanswered'
  /** It waited for the connection or an answer for so long that it is shown as unconfirmed. */
  | 'overdue'
  /** It waited for more than a day, or may be another user's. */
  | 'aged'
  | 'release'
  | 'retry'
  | 'discard'
  /** The program that waited for it was aborted. */
  | 'withdraw'
  /** The shown log contains it, or no log is shown. */
  | 'seen'

/** The type is total: a stage without an entry for an event does not compile. */
export type StageTable = Readonly<Record<Stage, Readonly<Record<StageEvent, Stage | 'gone'>>>>

export function nextStage(stage: Stage, event: StageEvent): Stage | 'gone' {
  return stages[stage][event]
}

/** Reports whether a request carries it now. */
export function isUnderWay(stage: Stage): boolean {
  return stage === 'sending' || stage === 'retrying'
}

/** Reports whether it is sent as soon as possible. */
export function isWaiting(stage: Stage): boolean {
  return stage === 'queued' || stage === 'unconfirmed'
}

const stages: StageTable = {
  queued: {
    leave: 'sending',
    stored: 'stored',
    refused: 'failed',
    postponed: 'queued',
    unanswered: 'queued',
    overdue: 'unconfirmed',
    aged: 'held',
    release: 'queued',
    retry: 'queued',
    discard: 'queued',
    withdraw: 'gone',
    seen: 'gone',
  },
  sending: {
    leave: 'sending',
    stored: 'stored',
    refused: 'failed',
    postponed: 'queued',
    unanswered: 'unconfirmed',
    overdue: 'retrying',
    aged: 'sending',
    release: 'sending',
    retry: 'sending',
    discard: 'sending',
    withdraw: 'sending',
    seen: 'gone',
  },
  unconfirmed: {
    leave: 'retrying',
    stored: 'stored',
    refused: 'failed',
    postponed: 'unconfirmed',
    unanswered: 'unconfirmed',
    overdue: 'unconfirmed',
    aged: 'held',
    release: 'unconfirmed',
    retry: 'unconfirmed',
    discard: 'unconfirmed',
    withdraw: 'gone',
    seen: 'gone',
  },
  retrying: {
    leave: 'retrying',
    stored: 'stored',
    refused: 'failed',
    postponed: 'unconfirmed',
    unanswered: 'unconfirmed',
    overdue: 'retrying',
    aged: 'retrying',
    release: 'retrying',
    retry: 'retrying',
    discard: 'retrying',
    withdraw: 'retrying',
    seen: 'gone',
  },
  held: {
    leave: 'held',
    stored: 'stored',
    refused: 'failed',
    postponed: 'held',
    unanswered: 'held',
    overdue: 'held',
    aged: 'held',
    release: 'queued',
    retry: 'held',
    discard: 'gone',
    withdraw: 'gone',
    seen: 'gone',
  },
  failed: {
    leave: 'failed',
    stored: 'stored',
    refused: 'failed',
    postponed: 'failed',
    unanswered: 'failed',
    overdue: 'failed',
    aged: 'failed',
    release: 'failed',
    retry: 'queued',
    discard: 'gone',
    withdraw: 'gone',
    seen: 'gone',
  },
  stored: {
    leave: 'stored',
    stored: 'stored',
    refused: 'stored',
    postponed: 'stored',
    unanswered: 'stored',
    overdue: 'stored',
    aged: 'stored',
    release: 'stored',
    retry: 'stored',
    discard: 'stored',
    withdraw: 'stored',
    seen: 'gone',
  },
}
