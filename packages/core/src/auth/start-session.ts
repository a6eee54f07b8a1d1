import { sessionDays, userSessionsMax } from '@deskbell/contract/limits'
import type { Access, LoginOutput } from '@deskbell/contract/users'
import { deleteOldSessions, insertSession } from '@deskbell/db/queries/users/sessions'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { accessOf, userView } from '../domain/user-view.ts'
import { createSessionToken, hashSessionToken } from './session-token.ts'

const sessionMs = sessionDays * 24 * 60 * 60 * 1000

export type Starting = {
  user: UserRow
  /** Of the account of an operator. */
  access?: Access
  /** Runs in the transaction, when the user's row is locked. Throws to refuse the session. */
  check?: (tx: Tx) => Promise<void>
}

/** Begins a session of the user. Of too many, those that were used least recently end. */
export async function startSession(core: Core, { user, access, check }: Starting): Promise<LoginOutput> {
  const token = createSessionToken()
  const createdAt = core.clock.now()
  const expiresAt = new Date(createdAt.getTime() + sessionMs)
  const { authMode } = core
  const session = { userId: user.id, tokenHash: hashSessionToken(token), authMode, createdAt, expiresAt }
  const ended = await inTransaction(core.db, async (tx) => {
    const old = await deleteOldSessions(tx, { userId: user.id, now: createdAt, kept: userSessionsMax - 1 })
    await check?.(tx)
    await insertSession(tx, session)
    return old
  })
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
  const shown = userView(user, accessOf(authMode, { role: user.role, access: access ?? null }))
  return { user: shown, token, expiresAt: expiresAt.toISOString() }
}
