import type { SignInInput } from '@deskbell/contract/access/accounts'
import type { SignInOutput } from '@deskbell/contract/access/factors'
import type { Actor } from '@deskbell/contract/actor'
import type { Access, LoginOutput } from '@deskbell/contract/users'
import { accept, invite } from '@deskbell/core/auth/accounts/invitations'
import { createSetupLink, setUp } from '@deskbell/core/auth/accounts/set-up'
import { signIn } from '@deskbell/core/auth/accounts/sign-in'
import { authenticate } from '@deskbell/core/auth/authenticate'
import type { Core } from '@deskbell/core/context'
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
