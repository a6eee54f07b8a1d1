import { randomBytes } from 'node:crypto'
import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { SendOutput } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput, Role, User } from '@deskbell/contract/users'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { login } from '@deskbell/core/auth/login'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import { createChat } from '@deskbell/core/chats/create-chat'
import type { Core } from '@deskbell/core/context'
import { sendMessage } from '@deskbell/core/messages/send-message'

/** Returns an id that no other test uses. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${randomBytes(8).toString('hex')}`
}

/** The address of a user who signed in with one. */
export function emailOf({ email }: User): string {
  if (email === null) throw new Error('An anonymous client has no address.')
  return email
}

/** Signs in as a new user. */
export async function signIn(
  core: Core,
  role: Role,
  overrides: Partial<LoginInput> = {},
): Promise<LoginOutput & { actor: Actor }> {
  const email = `${uniqueId(role)}@example.test`
  const output = await login(core, { email, name: `A ${role}`, role, ...overrides })
  const actor = await authenticate(core, output.token)
  if (actor === null) throw new Error('A fresh session was not accepted.')
  return { ...output, actor }
}

export async function newClient(core: Core, overrides: Partial<LoginInput> = {}): Promise<Actor> {
  return (await signIn(core, 'client', overrides)).actor
}

export async function newOperator(core: Core, overrides: Partial<LoginInput> = {}): Promise<Actor> {
  return (await signIn(core, 'operator', overrides)).actor
}

/** Signs in as a new anonymous client. */
export async function newGuest(core: Core): Promise<Actor> {
  return await actorOf(core, await signInGuest(core, {}, uniqueId('address')))
}

/** The caller of a session. Throws when it has ended. */
export async function actorOf(core: Core, { token }: Pick<LoginOutput, 'token'>): Promise<Actor> {
  const actor = await authenticate(core, token)
  if (actor === null) throw new Error('The session was not accepted.')
  return actor
}

/** Makes an open chat without an operator. */
export async function newChat(core: Core, client: Actor): Promise<Chat> {
  return (await createChat(core, client, {})).chat
}

/** Opens chats of this client. Their ids rise. */
export async function newChats(core: Core, client: Actor, count: number): Promise<ChatId[]> {
  const chatIds: ChatId[] = []
  // One after the other, because more of them than connections could wait for one for too long.
  while (chatIds.length < count) chatIds.push((await newChat(core, client)).id)
  return chatIds
}

/** Makes a client, an operator, and an open chat of the client without an operator. */
export async function setUpChat(core: Core): Promise<{ client: Actor; operator: Actor; chat: Chat }> {
  const [client, operator] = await Promise.all([newClient(core), newOperator(core)])
  return { client, operator, chat: await newChat(core, client) }
}

/** Sends a message, by default with a new `clientMsgId`. */
export function sendText(
  core: Core,
  actor: Actor,
  input: { chatId: Chat['id']; text?: string; clientMsgId?: string },
): Promise<SendOutput> {
  return sendMessage(core, actor, { text: 'hello', clientMsgId: uniqueId('msg'), ...input })
}
