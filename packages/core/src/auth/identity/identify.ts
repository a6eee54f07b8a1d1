import type { LoginOutput } from '@deskbell/contract/users'
import { violatedConstraint } from '@deskbell/db/database-error'
import { type ClientRow, insertIdentified, lockClients, updateClient } from '@deskbell/db/queries/users/identities'
import type { UserRow } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { guestName } from '../sign-in-guest.ts'
import { insertNewSession, publishEnded } from '../start-session.ts'
import { type Identity, verifyIdentity } from './verify-identity.ts'

/**
 * Signs in the client of an identity token; `audience` is this server. The same subject is the same client for ever, and
 * a new name or address replaces the old one. Throws `invalid_credentials` for whatever is wrong with the token.
 */
export async function identify(core: Core, token: { identity: string; audience: string }): Promise<LoginOutput> {
  const identity = await verifyIdentity(core, token)
  const { login, ended } = await repeatAfterRace(() =>
    inTransaction(core.db, async (tx) => {
      const user = await storeClient(tx, identity)
      return await insertNewSession(core, tx, { user, endsAt: identity.endsAt })
    }),
  )
  publishEnded(core, ended)
  return login
}

const repeatsMax = 5
const raced = new Set(['uniq_user_subject', 'idx_user_email_role'])

/** Another transaction may store the same subject or address at the same moment. The later one then finds its row. */
async function repeatAfterRace<T>(run: () => Promise<T>): Promise<T> {
  for (let repeatsLeft = repeatsMax; ; repeatsLeft -= 1) {
    try {
      return await run()
    } catch (error) {
      if (!raced.has(violatedConstraint(error) ?? '') || repeatsLeft === 0) throw error
    }
  }
}

async function storeClient(tx: Tx, { subject, email, name }: Identity): Promise<UserRow> {
  const rows = await lockClients(tx, { subject, email, userId: null })
  const own = rows.find((row) => row.subject === subject)
  const ownEmail = email ?? own?.email ?? null
  const freeEmail = rows.some((row) => row !== own && row.email === email) ? null : ownEmail
  if (own === undefined) return await insertIdentified(tx, { subject, email: freeEmail, name: name ?? guestName() })
  const stored = { email: freeEmail, name: name ?? own.name }
  return isSame(own, stored) ? own : await updateClient(tx, own.id, stored)
}

function isSame(row: ClientRow, { email, name }: Pick<ClientRow, 'email' | 'name'>): boolean {
  return row.email === email && row.name === name
}
