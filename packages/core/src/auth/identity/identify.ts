import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import type { LoginOutput } from '@deskbell/contract/users'
import { violatedConstraint } from '@deskbell/db/database-error'
import { deleteSessionsOf } from '@deskbell/db/queries/users/accounts'
import { type ClientRow, insertIdentified, lockClients, updateClient } from '@deskbell/db/queries/users/identities'
import { findActiveSessions } from '@deskbell/db/queries/users/sessions'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { type ChangedChat, publishChat } from '../../log/publish-chat.ts'
import { guestName } from '../sign-in-guest.ts'
import { insertNewSession, publishEnded } from '../start-session.ts'
import { noteAvatar } from './identity-avatar.ts'
import { mergeClients } from './merge-clients.ts'
import { type Identity, verifyIdentity } from './verify-identity.ts'

/**
 * Signs in the client of an identity token; `audience` is this server. The same subject is the same client for ever, and
 * a new name or address replaces the old one. Throws `invalid_credentials` for whatever is wrong with the token.
 *
 * When the caller is an anonymous client, it becomes the client of a new subject, or its chats move to that of a known
 * one. So does a client whom operators made by the address of the token. The sessions of both end.
 */
export async function identify(
  core: Core,
  caller: Actor | null,
  token: { identity: string; audience: string },
): Promise<LoginOutput> {
  const identity = await verifyIdentity(core, token)
  const { login, ended, changed, avatar } = await repeatAfterRace(() =>
    inTransaction(core.db, async (tx) => {
      const client = await storeClient(core, tx, { caller, identity })
      const avatar = await noteAvatar(core, tx, { user: client.user, avatarUrl: identity.avatarUrl })
      const session = await insertNewSession(core, tx, { user: avatar.user, endsAt: identity.endsAt })
      return { ...client, login: session.login, ended: [...client.ended, ...session.ended], avatar }
    }),
  )
  publishEnded(core, ended)
  for (const chat of changed) publishChat(core, chat, [])
  avatar.follow()
  return login
}

const repeatsMax = 5
const raced = new Set(['uniq_user_subject', 'idx_user_email_role', 'uniq_client_msg_user', 'uniq_chat_client_chat_id'])

/** Another transaction may store the same subject, address or id at the same moment. The later one then finds it. */
async function repeatAfterRace<T>(run: () => Promise<T>): Promise<T> {
  for (let repeatsLeft = repeatsMax; ; repeatsLeft -= 1) {
    try {
      return await run()
    } catch (error) {
      if (!raced.has(violatedConstraint(error) ?? '') || repeatsLeft === 0) throw error
    }
  }
}

type Stored = { user: UserRow; ended: number[]; changed: ChangedChat[] }

async function storeClient(
  core: Core,
  tx: Tx,
  { caller, identity }: { caller: Actor | null; identity: Identity },
): Promise<Stored> {
  const { subject, email } = identity
  const rows = await lockClients(tx, { subject, email, userId: caller?.userId ?? null })
  const own = rows.find((row) => row.subject === subject)
  const unproved = rows.filter((row) => row.subject === null)
  const guest = (await isSignedIn(core, tx, caller)) ? unproved.find((row) => isGuest(row, caller)) : undefined
  const claimed = unproved.find((row) => row.email !== null && row.email === email)
  const known = own ?? guest ?? claimed
  const merged = [guest, claimed].filter((row) => row !== undefined)
  const left = merged.filter((row) => row !== known)
  const ended: number[] = []
  for (const { id } of merged) ended.push(...(await deleteSessionsOf(tx, id)))
  // An address belongs to one client.
  if (claimed !== undefined && claimed !== known) await updateClient(tx, claimed.id, { email: null })
  const isTaken = rows.some((row) => row !== known && row.subject !== null && row.email === email)
  const user = await storeUser(tx, {
    known,
    identity: { ...identity, email: isTaken ? null : (email ?? known?.email ?? null) },
  })
  const ids = (of: readonly ClientRow[]): UserId[] => of.map(({ id }) => id)
  const shown = merged.filter((row) => row === known)
  const changed = await mergeClients(tx, { fromIds: ids(left), toId: user.id, shownIds: ids(shown) })
  return { user, ended, changed }
}

function isGuest({ id, email }: ClientRow, caller: Actor | null): boolean {
  return id === caller?.userId && email === null
}

/** Under the lock of the guest: of several calls with its session, one moves its chats. */
async function isSignedIn({ authMode, clock }: Core, tx: Tx, caller: Actor | null): Promise<boolean> {
  if (caller === null) return false
  const active = await findActiveSessions(tx, { sessionIds: [caller.sessionId], authMode, now: clock.now() })
  return active.has(caller.sessionId)
}

async function storeUser(
  tx: Tx,
  { known, identity }: { known: ClientRow | undefined; identity: Identity },
): Promise<UserRow> {
  const { subject, email } = identity
  const name = identity.name ?? known?.name ?? guestName()
  if (known === undefined) return await insertIdentified(tx, { subject, email, name })
  const isSame = known.subject === subject && known.email === email && known.name === name
  return isSame ? known : await updateClient(tx, known.id, { subject, email, name })
}
