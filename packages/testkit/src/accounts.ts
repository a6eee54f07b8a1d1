import type { SignInInput } from '@deskbell/contract/access/accounts'
import type { SignInOutput } from '@deskbell/contract/access/factors'
import type { Scope } from '@deskbell/contract/access/keys'
import type { Actor } from '@deskbell/contract/actor'
import type { Access, LoginOutput } from '@deskbell/contract/users'
import { accept, invite } from '@deskbell/core/auth/accounts/invitations'
import { createSetupLink, setUp } from '@deskbell/core/auth/accounts/set-up'
import { signIn } from '@deskbell/core/auth/accounts/sign-in'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { logout } from '@deskbell/core/auth/logout'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import type { Core } from '@deskbell/core/context'
import { createKey } from '@deskbell/core/operators/keys/manage-keys'
import { disableOperator } from '@deskbell/core/operators/manage-operators'
import { uniqueId } from './factories.ts'

/** Of every account that is made here. */
export const accountPassword = 'violet otter kayak 71'
/** The network address from which they are made. */
export const accountAddress = '203.0.113.7'

/** An operator with an account, signed in. */
export type Member = LoginOutput & { actor: Actor; email: string }

/** The session of a sign-in. Throws when it asks for a second factor. */
export function sessionOf(output: SignInOutput): LoginOutput {
  if ('challenge' in output) throw new Error('The sign-in asks for a second factor.')
  return output
}

/** Signs in an operator who has no second factor. */
export async function signInByPassword(core: Core, input: SignInInput, address = accountAddress): Promise<LoginOutput> {
  return sessionOf(await signIn(core, input, address))
}

export async function actorOf(core: Core, { token }: LoginOutput): Promise<Actor> {
  const actor = await authenticate(core, token)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  return actor
}

/** Makes the first admin. */
export async function setUpAdmin(core: Core, name = 'Grace'): Promise<Member> {
  const email = `${uniqueId('admin')}@example.test`
  const token = (await createSetupLink(core)) ?? ''
  const output = await setUp(core, { token, email, name, password: accountPassword }, { address: accountAddress })
  return { ...output, actor: await actorOf(core, output), email }
}

/** Makes another operator, who accepts an invitation of the admin. */
export async function newMember(
  core: Core,
  { actor }: Pick<Member, 'actor'>,
  { access = 'operator', name = 'Ada' }: { access?: Access; name?: string } = {},
): Promise<Member> {
  const email = `${uniqueId('member')}@example.test`
  const asked = { input: { email, access }, linkTo: (token: string) => token, address: accountAddress }
  const { link } = await invite(core, actor, asked)
  const output = await accept(core, { token: link, name, password: accountPassword }, { address: accountAddress })
  return { ...output, actor: await actorOf(core, output), email }
}

/** Signs in an anonymous client. */
export async function newGuest(core: Core): Promise<LoginOutput> {
  return await signInGuest(core, {}, uniqueId('address'))
}

/** Makes an API key with one scope, and returns its secret. */
export async function newKey(core: Core, { actor }: Pick<Member, 'actor'>, scope: Scope): Promise<string> {
  const asked = { name: uniqueId('Key'), scopes: [scope], address: accountAddress }
  return (await createKey(core, actor, asked)).secret
}

/** The tokens of those who have lost their access, never had it, or have none (null), by who they are. */
export async function newOutsiders(core: Core, admin: Pick<Member, 'actor'>): Promise<Record<string, string | null>> {
  const [disabled, left] = [await newMember(core, admin), await newGuest(core)]
  await disableOperator(core, admin.actor, { operatorId: disabled.actor.userId, address: '' })
  await logout(core, await actorOf(core, left))
  return {
    'a disabled operator': disabled.token,
    'who has signed out': left.token,
    'an invented token': 'dbs_invented',
    nobody: null,
  }
}
