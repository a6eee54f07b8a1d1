import { userSessionsMax } from '@deskbell/contract/limits'
import type { Access, LoginOutput } from '@deskbell/contract/users'
import { deleteOldSessions, insertSession } from '@deskbell/db/queries/users/sessions'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { earlier, idleEnd, sessionLifeEnd } from '../domain/session-policy.ts'
import { accessOf, userView } from '../domain/user-view.ts'
import { createSessionToken, hashSessionToken } from './session-token.ts'

export type Starting = {
  user: UserRow
  /** Of the account of an operator. */
  access?: Access
  /** When the session ends. Default: when its lifetime is over, which it never outlasts. */
  endsAt?: Date
  /** Runs in the transaction, when the user's row is locked. Throws to refuse the session. */
  check?: (tx: Tx) => Promise<void>
}

/** Begins a session of the user. Of too many, those that were used least recently end. */
export async function startSession(core: Core, starting: Starting): Promise<LoginOutput> {
  const { login, ended } = await inTransaction(core.db, (tx) => insertNewSession(core, tx, starting))
  publishEnded(core, ended)
  return login
}

/** Does the same in a transaction. When it is committed, `ended` is to be published. */
export async function insertNewSession(
  { authMode, clock }: Core,
  tx: Tx,
  { user, access, endsAt, check }: Starting,
): Promise<{ login: LoginOutput; ended: number[] }> {
  const token = createSessionToken()
  const createdAt = clock.now()
  const last = earlier(sessionLifeEnd(createdAt), endsAt ?? null)
  const expiresAt = earlier(last, idleEnd({ role: user.role, authMode }, createdAt))
  const ended = await deleteOldSessions(tx, { userId: user.id, now: createdAt, kept: userSessionsMax - 1 })
  await check?.(tx)
  // Who has an account has just proved who it is.
  const provedAt = access === undefined ? null : createdAt
  const session = { userId: user.id, tokenHash: hashSessionToken(token), authMode, createdAt, expiresAt, provedAt }
  await insertSession(tx, session)
  const shown = userView(user, accessOf(authMode, { role: user.role, access: access ?? null }))
  return { login: { user: shown, token, expiresAt: last.toISOString() }, ended }
}

/** Publishes hints that make the sockets of ended sessions close. Call it only after the commit. */
export function publishEnded({ bus }: Pick<Core, 'bus'>, sessionIds: readonly number[]): void {
  for (const sessionId of sessionIds) bus.publish({ t: 'session', sessionId })
}
