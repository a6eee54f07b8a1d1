import type { InviteInput } from '@deskbell/contract/access/accounts'
import { invitationMs } from '@deskbell/contract/limits'
import {
  deleteFactors,
  deleteInvitations,
  deleteSessionsOf,
  findAccountByEmail,
  insertLink,
  lockAdmins,
  updateAccount,
} from '@deskbell/db/queries/users/accounts'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { note } from './audit.ts'
import { createLinkToken, hashLinkToken } from './link-token.ts'
import { addResetLink } from './reset-password.ts'

/**
 * For a command on the server itself, which needs no admin: lets an address in. Without an account it is invited. An
 * account gets the access, is enabled, loses its sessions and second factors, and chooses a new password. Returns the
 * page and the token of the link.
 */
export async function addOperator(
  core: Pick<Core, 'db' | 'clock'>,
  { email, access }: Pick<InviteInput, 'email' | 'access'>,
): Promise<{ page: '/invitation' | '/reset'; token: string }> {
  return await inTransaction(core.db, async (tx) => {
    await lockAdmins(tx)
    await note(core, tx, { actorId: null, action: 'operator add', target: email, address: null })
    const found = await findAccountByEmail(tx, email)
    if (found !== undefined) {
      const { id } = found.user
      await updateAccount(tx, id, { access, disabledAt: null })
      await deleteFactors(tx, id)
      await deleteSessionsOf(tx, id)
      return { page: '/reset', token: (await addResetLink(core, tx, id)).token }
    }
    const token = createLinkToken()
    const createdAt = core.clock.now()
    const expiresAt = new Date(createdAt.getTime() + invitationMs)
    await deleteInvitations(tx, email)
    const tokenHash = hashLinkToken(token) ?? ''
    await insertLink(tx, { kind: 'invitation', tokenHash, email, access, createdAt, expiresAt })
    return { page: '/invitation', token }
  })
}
