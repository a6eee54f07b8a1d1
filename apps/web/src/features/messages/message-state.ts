import type { Role } from '@deskbell/contract/users'
import type { Timeline } from '@deskbell/sdk'

/** How far an own message has come. */
export type MessageState = 'queued' | 'sending' | 'unconfirmed' | 'held' | 'failed' | 'sent' | 'delivered' | 'read'

/** The marks of the other side, which an own message is compared with. */
export type OtherMarks = { readonly delivered: number; readonly read: number }

export function otherMarks({ delivered, read }: Pick<Timeline, 'delivered' | 'read'>, role: Role): OtherMarks {
  const other = role === 'client' ? 'operator' : 'client'
  return { delivered: delivered[other], read: read[other] }
}

export function storedState(seq: number, marks: OtherMarks): MessageState {
  if (marks.read >= seq) return 'read'
  return marks.delivered >= seq ? 'delivered' : 'sent'
}

/** It needs words of its own, and perhaps the person. */
export function isTroubled(state: MessageState | null): boolean {
  return state === 'unconfirmed' || state === 'held' || state === 'failed'
}

/** A sign alone does not explain it. What is held has a line of its own for that. */
export function saysWhy(state: MessageState): boolean {
  return state === 'unconfirmed' || state === 'failed'
}

/** Whether a message waits for its turn or is on its way makes no difference to who looks at it. */
export function isSameSign(a: MessageState | null, b: MessageState | null): boolean {
  return a === b || (isUnderWay(a) && isUnderWay(b))
}

function isUnderWay(state: MessageState | null): boolean {
  return state === 'queued' || state === 'sending'
}
