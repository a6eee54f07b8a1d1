import { AppError } from '@deskbell/contract/errors'

/** Who uses a link with a secret. */
export type LinkCaller = {
  /** The network address. */
  readonly address: string
  /** False when nobody gets the answer any more. */
  isWaiting?(): boolean
}

/**
 * Throws `unavailable` when nobody gets the answer any more. Asked in the transaction that uses the link up, after the slow
 * hash: who was told that it takes too long comes again, and the link must work then.
 */
export function requireWaiting({ isWaiting }: LinkCaller): void {
  if (isWaiting?.() === false) throw new AppError('unavailable', { internal: 'the caller of a link has gone' })
}
