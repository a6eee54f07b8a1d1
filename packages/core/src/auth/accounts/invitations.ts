import type { AcceptInput, InviteInput, InviteOutput } from '@deskbell/contract/access/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { invitationMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import {
  deleteInvitations,
  findAccountByEmail,
  findLink,
  insertAccount,
  insertLink,
  takeLink,
} from '@deskbell/db/queries/users/accounts'
import { upsertUser } from '@deskbell/db/queries/users/users'
import { inTransaction } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { insertNewSession, publishEnded } from '../start-session.ts'
import { note } from './audit.ts'
import { type LinkCaller, requireWaiting } from './link-caller.ts'
import { createLinkToken, hashLinkToken } from './link-token.ts'
import { invitationText } from './mail-texts.ts'
import { requireStrong } from './password-strength.ts'
import { requirePasswords } from './require-passwords.ts'
import { requireAdmin, requireSecure } from './require-secure.ts'

/**
 * Invites somebody to become an operator, by mail too where the server sends mail; an earlier invitation of the address ends. `linkTo` makes a link of a token.
 * Throws `forbidden` for who is no admin, and `invalid_input` for an address that has an account.
 */
export async function invite(
  core: Core,
  actor: Actor,
  { input, linkTo, address }: { input: InviteInput; linkTo: (token: string) => string; address: string },
): Promise<InviteOutput> {
  requireSecure(core)
  const { email, access, language = 'en' } = input
  const token = createLinkToken()
  const createdAt = core.clock.now()
  const expiresAt = new Date(createdAt.getTime() + invitationMs)
  const { id } = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    if ((await findAccountByEmail(tx, email)) !== undefined)
      throw new AppError('invalid_input', { issues: [{ path: 'email', message: 'has an account' }] })
    await deleteInvitations(tx, email)
    const tokenHash = hashLinkToken(token) ?? ''
    await note(core, tx, { actorId: actor.userId, action: 'operators.invite', target: email, address })
    return await insertLink(tx, { kind: 'invitation', tokenHash, email, access, createdAt, expiresAt })
  })
  const link = linkTo(token)
  core.mails?.add(async () => ({ to: email, ...invitationText[language](link) }))
  return { invitation: { id, email, access, expiresAt: expiresAt.toISOString() }, link }
}

/** Makes the account of an invitation and signs it in. Throws `not_found` when the link was used, expired or withdrawn. */
export async function accept(
  core: Core,
  { token, name, password }: AcceptInput,
  caller: LinkCaller,
): Promise<LoginOutput> {
  requirePasswords(core)
  const link = { kind: 'invitation', tokenHash: hashLinkToken(token) ?? '', now: core.clock.now() } as const
  const email = (await findLink(core.db.orm, link))?.email
  if (email == null) throw new AppError('not_found')
  await requireStrong(password, { email, name })
  const passwordHash = await core.passwords.hash(password)
  const { login, ended } = await inTransaction(core.db, async (tx) => {
    const taken = await takeLink(tx, link)
    if (taken?.email == null || taken.access === null) throw new AppError('not_found')
    const stored = await upsertUser(tx, { email: taken.email, name, role: 'operator' })
    if (!(await insertAccount(tx, { userId: stored.id, access: taken.access, passwordHash })))
      throw new AppError('not_found')
    await note(core, tx, { actorId: stored.id, action: 'auth.accept', target: taken.email, address: caller.address })
    requireWaiting(caller)
    return await insertNewSession(core, tx, { user: stored, access: taken.access })
  })
  publishEnded(core, ended)
  return login
}
