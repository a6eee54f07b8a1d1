import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { findActiveSessions } from '@deskbell/db/queries/users/sessions'
import type { Tx } from '@deskbell/db/transaction'
import type { WriterContext } from './run-batch.ts'

/** For a change that the writer does not make, in its transaction. Throws `unauthenticated` when the session has ended. */
export async function requireSession(
  { authMode, clock }: Pick<WriterContext, 'authMode' | 'clock'>,
  tx: Tx,
  { sessionId }: Actor,
): Promise<void> {
  const active = await findActiveSessions(tx, { sessionIds: [sessionId], authMode, now: clock.now() })
  if (!active.has(sessionId)) throw new AppError('unauthenticated')
}
