/**
 * The stages of an own message.
 *
 *   queued ──leave──> sending ──stored──> stored ──seen──> gone
 *     │ ^                │ └──refused──> failed ──retry──> queued
 *     │ └───postponed────┤
 *   stuck            unanswered
 *     └──────────> unconfirmed ──leave──> sendingUnconfirmed ──unanswered──> unconfirmed
 *                                                ^
 *                       sending ──slow───────────┘
 *
 *   sendingUnconfirmed is sending, but shown as unconfirmed.
 *   queued, unconfirmed ──aged──> held ──release──> queued
 */
export type Stage = 'queued' | 'sending' | 'unconfirmed' | 'sendingUnconfirmed' | 'held' | 'failed' | 'stored'

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
  /** It could not be sent for so long that it is shown as unconfirmed. */
  | 'stuck'
  /** Its request has had no answer for so long that it is shown as unconfirmed. */
  | 'slow'
  /** It waited for more than a day, or may be another user's. */
  | 'aged'
  | 'release'
  | 'retry'
  | 'discard'
  /** The program that waited for it was aborted. */
  | 'withdraw'
  /** The shown log contains it, or no log is shown. */
  | 'seen'

/** What the row of a message in the storage may say. None of it ends the message. */
type RowEvent = 'refused' | 'release' | 'retry'

/** The type is total: a stage without an entry for an event does not compile, nor another way to fail than a refusal. */
export type StageTable = {
  readonly [S in Stage]: Readonly<Record<Exclude<StageEvent, RowEvent>, Exclude<Stage, 'failed'> | S | 'gone'>> &
    Readonly<Record<'release' | 'retry', Exclude<Stage, 'failed'> | S>> &
    Readonly<Record<'refused', Stage>>
}

export function nextStage<E extends StageEvent>(stage: Stage, event: E): StageTable[Stage][E] {
  return stages[stage][event]
}

/** Reports whether a request carries it now. */
export function isUnderWay(stage: Stage): boolean {
  return stage === 'sending' || stage === 'sendingUnconfirmed'
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
    stuck: 'unconfirmed',
    slow: 'queued',
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
    stuck: 'sending',
    slow: 'sendingUnconfirmed',
    aged: 'sending',
    release: 'sending',
    retry: 'sending',
    discard: 'sending',
    withdraw: 'sending',
    seen: 'gone',
  },
  unconfirmed: {
    leave: 'sendingUnconfirmed',
    stored: 'stored',
    refused: 'failed',
    postponed: 'unconfirmed',
    unanswered: 'unconfirmed',
    stuck: 'unconfirmed',
    slow: 'unconfirmed',
    aged: 'held',
    release: 'unconfirmed',
    retry: 'unconfirmed',
    discard: 'unconfirmed',
    withdraw: 'gone',
    seen: 'gone',
  },
  sendingUnconfirmed: {
    leave: 'sendingUnconfirmed',
    stored: 'stored',
    refused: 'failed',
    postponed: 'unconfirmed',
    unanswered: 'unconfirmed',
    stuck: 'sendingUnconfirmed',
    slow: 'sendingUnconfirmed',
    aged: 'sendingUnconfirmed',
    release: 'sendingUnconfirmed',
    retry: 'sendingUnconfirmed',
    discard: 'sendingUnconfirmed',
    withdraw: 'sendingUnconfirmed',
    seen: 'gone',
  },
  held: {
    leave: 'held',
    stored: 'stored',
    refused: 'failed',
    postponed: 'held',
    unanswered: 'held',
    stuck: 'held',
    slow: 'held',
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
    stuck: 'failed',
    slow: 'failed',
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
    stuck: 'stored',
    slow: 'stored',
    aged: 'stored',
    release: 'stored',
    retry: 'stored',
    discard: 'stored',
    withdraw: 'stored',
    seen: 'gone',
  },
}
