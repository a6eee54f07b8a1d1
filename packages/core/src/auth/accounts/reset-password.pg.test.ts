import type { Actor } from '@deskbell/contract/actor'
import { resetLinkMs, resetMailsMax, resetMailsWindowMs, resetTriesMax } from '@deskbell/contract/limits'
import { uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import type { Mail } from '../../mail-queue.ts'
import { disableOperator } from '../../operators/manage-operators.ts'
import { authenticate } from '../authenticate.ts'
import { addOperator } from './add-operator.ts'
import { listAudit } from './audit.ts'
import { changePassword } from './change-password.ts'
import { accept, invite } from './invitations.ts'
import { createResetLink, forgotPassword, resetPassword } from './reset-password.ts'
import { createSetupLink, setUp } from './set-up.ts'
import { signIn } from './sign-in.ts'

const password = 'violet otter kayak 71'
const chosen = 'copper lantern 48 swims'
const address = '203.0.113.7'
const linkTo = (token: string) => token

type Person = { actor: Actor; token: string; email: string }

let now: Date
let mails: Mail[]
let fresh: FreshCore
let core: Core
let admin: Person
beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  mails = []
  const sendMail = async (mail: Mail) => void mails.push(mail)
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now }, sendMail })
  core = fresh.core
  const email = `${uniqueId('admin')}@example.test`
  const token = (await createSetupLink(core)) ?? ''
  admin = await person(await setUp(core, { token, email, name: 'Grace', password }, { address }), email)
})
afterEach(() => fresh.drop())

async function person({ token }: { token: string }, email: string): Promise<Person> {
  const actor = await authenticate(core, token)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  return { actor, token, email }
}

async function join(): Promise<Person> {
  const email = `${uniqueId('operator')}@example.test`
  const { link } = await invite(core, admin.actor, { input: { email, access: 'operator' }, linkTo, address })
  mails = []
  return await person(await accept(core, { token: link, name: 'Ada', password }, { address }), email)
}

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )
const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}

/** Waits until everything that was asked for before has been sent. */
async function mailed(): Promise<Mail[]> {
  await core.mails?.stop()
  return mails
}

describe('a link that an admin makes', () => {
  test('[ACC-16] replaces the password once, and ends all sessions', async () => {
    const { actor, email, token: session } = await join()
    const { link: token, expiresAt } = await createResetLink(core, admin.actor, {
      ...{ operatorId: actor.userId, linkTo, address },
    })
    expect(expiresAt).toBe(new Date(now.getTime() + resetLinkMs).toISOString())
    expect(await code(resetPassword(core, { token, password: 'Password1!' }, { address }))).toBe('invalid_input')
    const both = await Promise.all(
      [1, 2].map(() => code(resetPassword(core, { token, password: chosen }, { address }))),
    )
    expect(both.sort()).toEqual(['not_found', 'ok'])
    expect(await authenticate(core, session)).toBeNull()
    expect(await code(signIn(core, { email, password }, address))).toBe('invalid_credentials')
    expect(await code(signIn(core, { email, password: chosen }, address))).toBe('ok')
  })

  test('[ACC-16] ends by time, by a newer one, by a change of the password, and with the account', async () => {
    const { actor, email } = await join()
    const make = async () =>
      (await createResetLink(core, admin.actor, { operatorId: actor.userId, linkTo, address })).link
    const use = (token: string) => code(resetPassword(core, { token, password: chosen }, { address }))
    const expired = await make()
    later(resetLinkMs)
    expect(await use(expired)).toBe('not_found')
    const [older] = [await make(), await make()]
    expect(await use(older)).toBe('not_found')
    const changed = await make()
    await changePassword(core, actor, { current: password, password: chosen, address })
    expect(await use(changed)).toBe('not_found')
    const disabled = await make()
    await disableOperator(core, admin.actor, { operatorId: actor.userId, address })
    expect(await use(disabled)).toBe('not_found')
    expect(await code(createResetLink(core, admin.actor, { operatorId: actor.userId, linkTo, address }))).toBe(
      'not_found',
    )
    for (const token of ['', 'x', admin.token]) expect(await use(token)).toBe('not_found')
    expect(email).not.toBe(admin.email)
  })

  test('[ACC-16] is for admins', async () => {
    const { actor } = await join()
    const call = createResetLink(core, actor, { operatorId: admin.actor.userId, linkTo, address })
    expect(await code(call)).toBe('forbidden')
  })
})

describe('a forgotten password', () => {
  const forget = (email: string, from = address) => forgotPassword(core, { email, linkTo, address: from })

  test('[ACC-17] is mailed a link to the account that has the address, in its language', async () => {
    const { email } = await join()
    await forgotPassword(core, { email, language: 'ru', linkTo, address })
    const [mail] = await mailed()
    expect(mail).toMatchObject({ to: email, subject: 'Новый пароль' })
    const token = /dbl_[\w-]{43}/.exec(mail?.text ?? '')?.[0] ?? ''
    await resetPassword(core, { token, password: chosen }, { address })
    expect(await code(signIn(core, { email, password: chosen }, address))).toBe('ok')
  })

  test('[ACC-17] says nothing of who has an account, and mails nobody else', async () => {
    const { actor, email } = await join()
    await disableOperator(core, admin.actor, { operatorId: actor.userId, address })
    for (const each of [email, 'nobody@example.test']) expect(await code(forget(each))).toBe('ok')
    expect(await mailed()).toEqual([])
  })

  test('[ACC-17] fills no mailbox, and is limited by address', async () => {
    const { email } = await join()
    for (let nth = 0; nth <= resetMailsMax; nth += 1) await forget(email, `203.0.113.${nth}`)
    expect(await mailed()).toHaveLength(resetMailsMax)
    later(resetMailsWindowMs)
    await forget(email)
    expect(await mailed()).toHaveLength(resetMailsMax + 1)
    for (let nth = 1; nth < resetTriesMax; nth += 1) await forget('nobody@example.test')
    expect(await code(forget('nobody@example.test'))).toBe('rate_limited')
    // Who has forgotten it has often tried before, and may still sign in afterwards.
    expect(await code(signIn(core, { email, password }, address))).toBe('ok')
  })

  test('[ACC-17] is forbidden on a server that sends no mail', async () => {
    const without = { ...core, mails: null }
    expect(await code(forgotPassword(without, { email: admin.email, linkTo, address }))).toBe('forbidden')
  })
})

test('[ACC-18] an invitation is mailed too', async () => {
  const email = `${uniqueId('operator')}@example.test`
  const { link } = await invite(core, admin.actor, { input: { email, access: 'operator' }, linkTo, address })
  const [mail] = await mailed()
  expect(mail).toMatchObject({ to: email, subject: 'You are invited to answer chats' })
  expect(mail?.text).toContain(link)
})

describe('the command for recovery', () => {
  test('[ACC-19] invites an address without an account, in the role that was asked for', async () => {
    const email = `${uniqueId('operator')}@example.test`
    const { page, token } = await addOperator(core, { email, access: 'admin' })
    expect(page).toBe('/invitation')
    const { user } = await accept(core, { token, name: 'Alan', password }, { address })
    expect(user).toMatchObject({ email, access: 'admin' })
  })

  test('[ACC-19] lets a disabled operator in again as an admin, with a new password and without factors', async () => {
    const { actor, email, token: session } = await join()
    await disableOperator(core, admin.actor, { operatorId: actor.userId, address })
    await fresh.db.pool.query(`insert into totp_secrets (user_id, secret, confirmed_at) values ($1, 's', now())`, [
      actor.userId,
    ])
    const { page, token } = await addOperator(core, { email, access: 'admin' })
    expect(page).toBe('/reset')
    expect(await authenticate(core, session)).toBeNull()
    await resetPassword(core, { token, password: chosen }, { address })
    expect(await signIn(core, { email, password: chosen }, address)).toMatchObject({ user: { access: 'admin' } })
    expect((await listAudit(core, admin.actor, { limit: 10 })).items).toContainEqual(
      expect.objectContaining({ action: 'operator add', target: email, actor: null, address: null }),
    )
  })
})
