import type {
  ForgotPasswordInput,
  Language,
  OperatorInput,
  ResetLinkOutput,
  ResetPasswordInput,
} from '@deskbell/contract/access/accounts'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { resetLinkMs, resetMailsMax, resetMailsWindowMs, resetTriesMax } from '@deskbell/contract/limits'
import {
  countTries,
  deleteResetLinks,
  deleteSessionsOf,
  findAccount,
  findAccountByEmail,
  findLink,
  findOperator,
  insertLink,
  setPassword,
  takeLink,
} from '@deskbell/db/queries/users/accounts'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import type { Mail } from '../../mail-queue.ts'
import { note } from './audit.ts'
import { type LinkCaller, requireWaiting } from './link-caller.ts'
import { createLinkToken, hashLinkToken } from './link-token.ts'
import { resetText } from './mail-texts.ts'
import { requireStrong } from './password-strength.ts'
import { requirePasswords } from './require-passwords.ts'
import { requireAdmin } from './require-secure.ts'
import { countUpTo, tryKey } from './sign-in.ts'

/** `linkTo` makes a link of a token. `address`: of the caller. */
type Called = { linkTo: (token: string) => string; address: string }

/**
 * Mails a link to choose a new password to the address, when it has an account. The answer, and its time, do not say
 * whether it has. Throws `forbidden` on a server that sends no mail, and `rate_limited` after too many tries.
 */
export async function forgotPassword(
  core: Core,
  { email, language = 'en', linkTo, address }: ForgotPasswordInput & Called,
): Promise<void> {
  requirePasswords(core)
  if (core.mails === null) throw new AppError('forbidden', { detail: 'This server sends no mail: ask an admin.' })
  // Apart from sign-ins, which may have failed often before somebody asks for this.
  await countUpTo(core, [[tryKey(`reset\n${address}`), resetTriesMax]])
  core.mails.add(async () => await writeResetMail(core, email, { language, linkTo, address }))
}

async function writeResetMail(
  core: Core,
  email: string,
  { language, linkTo, address }: Called & { language: Language },
): Promise<Mail | null> {
  const found = await findAccountByEmail(core.db.orm, email)
  if (found === undefined || found.account.disabledAt !== null || (await hasManyMails(core, email))) return null
  const { id, name } = found.user
  const { token } = await inTransaction(core.db, async (tx) => {
    await note(core, tx, { actorId: null, action: 'auth.forgotPassword', target: name, address })
    return await addResetLink(core, tx, id)
  })
  return { to: email, ...resetText[language](linkTo(token)) }
}

/** Whoever asks: nobody fills the mailbox of somebody else. */
async function hasManyMails({ db, clock }: Core, email: string): Promise<boolean> {
  const now = clock.now()
  const key = tryKey(`reset\n${email}`)
  const endsAt = new Date(now.getTime() + resetMailsWindowMs)
  const tried = await countTries(db.orm, { keys: [key], now, endsAt })
  return (tried.get(key)?.count ?? 0) > resetMailsMax
}

/**
 * Makes a link with which an operator chooses a new password, for an admin to hand over. Throws `forbidden` for who is
 * no admin, and `not_found` without an account that can sign in.
 */
export async function createResetLink(
  core: Core,
  actor: Actor,
  { operatorId, linkTo, address }: OperatorInput & Called,
): Promise<ResetLinkOutput> {
  requirePasswords(core)
  const { token, expiresAt } = await inTransaction(core.db, async (tx) => {
    await requireAdmin(core, tx, actor)
    const [account, operator] = [await findAccount(tx, operatorId), await findOperator(tx, operatorId)]
    if (account === undefined || account.disabledAt !== null || operator === undefined) throw new AppError('not_found')
    await note(core, tx, { actorId: actor.userId, action: 'operators.resetPassword', target: operator.name, address })
    return await addResetLink(core, tx, operatorId)
  })
  return { link: linkTo(token), expiresAt: expiresAt.toISOString() }
}

/** Makes a link to choose a new password; the earlier ones of the user end. */
export async function addResetLink(
  { clock }: Pick<Core, 'clock'>,
  tx: Tx,
  userId: UserId,
): Promise<{ token: string; expiresAt: Date }> {
  const token = createLinkToken()
  const createdAt = clock.now()
  const expiresAt = new Date(createdAt.getTime() + resetLinkMs)
  await deleteResetLinks(tx, userId)
  await insertLink(tx, { kind: 'reset', tokenHash: hashLinkToken(token) ?? '', userId, createdAt, expiresAt })
  return { token, expiresAt }
}

/**
 * Sets a new password by a link, and ends all sessions of the operator, who then signs in: a link is no second factor.
 * Throws `not_found` when it was used, has expired or was replaced.
 */
export async function resetPassword(
  core: Core,
  { token, password }: ResetPasswordInput,
  caller: LinkCaller,
): Promise<void> {
  requirePasswords(core)
  const link = { kind: 'reset', tokenHash: hashLinkToken(token) ?? '', now: core.clock.now() } as const
  const userId = (await findLink(core.db.orm, link))?.userId
  const user = userId == null ? undefined : await core.queries.users.find(userId)
  if (user === undefined) throw new AppError('not_found')
  await requireStrong(password, { email: user.email ?? '', name: user.name })
  const passwordHash = await core.passwords.hash(password)
  const ended = await inTransaction(core.db, async (tx) => {
    if ((await takeLink(tx, link)) === undefined || !(await setPassword(tx, user.id, passwordHash)))
      throw new AppError('not_found')
    await note(core, tx, { actorId: user.id, action: 'auth.resetPassword', target: user.name, address: caller.address })
    requireWaiting(caller)
    return await deleteSessionsOf(tx, user.id)
  })
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
}
