import type { ChatId } from '@deskbell/contract/ids'
import type { Message, SendInput } from '@deskbell/contract/messages'
import type { LoginOutput } from '@deskbell/contract/users'
import { emailOf, uniqueId } from '../factories.ts'
import { newSite } from '../identities.ts'
import type { HybridProgram } from './hybrid-program.ts'

export type Participant = { login: LoginOutput; program: HybridProgram }

/** The users and the chat of a case. */
export type Cast = {
  client: Participant
  /** The operator of the chat. */
  operator: Participant
  /** Another operator, who has never opened the chat. */
  colleague: Participant
  chatId: ChatId
  /** Three messages: of the client, of its operator, and of the client. */
  messages: Message[]
  /** Returns a new message with a unique id. */
  said(): SendInput
  /** Signs in again, by default with the same name. */
  login(participant: Participant, name?: string): Promise<LoginOutput>
  logout(login: LoginOutput): Promise<void>
}

export type HybridCase = {
  what: string
  /** Prepares the state that the mutation needs. */
  before?: (cast: Cast) => Promise<unknown>
  act: (cast: Cast) => Promise<unknown>
  /** The mutation changes no view. All other cases must change a view, because they would prove nothing otherwise. */
  isSilent?: boolean
  /** A user gets a new name, which a row shows only after the next change of its chat. */
  renames?: boolean
}

const newPassword = 'violet otter kayak 71'

/** Calls of accounts are refused in open mode, and change no page. */
function forAccounts(acts: Record<string, HybridCase['act']>): Record<string, HybridCase[]> {
  const refused = (act: HybridCase['act']) => (cast: Cast) =>
    act(cast).then(
      () => {
        throw new Error('An account was changed in open mode.')
      },
      () => undefined,
    )
  return Object.fromEntries(
    Object.entries(acts).map(([name, act]) => [name, [{ what: 'refused', act: refused(act), isSilent: true }]]),
  )
}

/** At least one case for every mutation of the router. */
export const hybridCases: Record<string, HybridCase[]> = {
  'users.login': [
    { what: 'a second session', act: ({ login, client }) => login(client), isSilent: true },
    { what: 'a new name', act: ({ login, operator }) => login(operator, 'Renamed'), isSilent: true, renames: true },
  ],
  'users.logout': [
    {
      what: 'of another session',
      act: async ({ login, logout, operator }) => logout(await login(operator)),
      isSilent: true,
    },
  ],
  ...forAccounts({
    'auth.setUp': ({ client }) =>
      calls(client).auth.setUp.mutate({ token: 't', email: 'a@b.test', name: 'A', password: newPassword }),
    'auth.signIn': ({ client }) => calls(client).auth.signIn.mutate({ email: 'a@b.test', password: newPassword }),
    'auth.accept': ({ client }) => calls(client).auth.accept.mutate({ token: 't', name: 'A', password: newPassword }),
    'auth.changePassword': ({ operator }) =>
      calls(operator).auth.changePassword.mutate({ current: newPassword, password: newPassword }),
    'auth.secondFactor': ({ client }) =>
      calls(client).auth.secondFactor.mutate({ challenge: 'c', method: 'totp', code: '1' }),
    'auth.passkeyOptions': ({ client }) => calls(client).auth.passkeyOptions.mutate(),
    'auth.passkeySignIn': ({ client }) => calls(client).auth.passkeySignIn.mutate({ assertion: '{}' }),
    'auth.prove': ({ operator }) => calls(operator).auth.prove.mutate({ method: 'password', code: newPassword }),
    'auth.beginPasskey': ({ operator }) => calls(operator).auth.beginPasskey.mutate(),
    'auth.addPasskey': ({ operator }) => calls(operator).auth.addPasskey.mutate({ name: 'Laptop', credential: '{}' }),
    'auth.renamePasskey': ({ operator }) =>
      calls(operator).auth.renamePasskey.mutate({ passkeyId: 'x', name: 'Laptop' }),
    'auth.removePasskey': ({ operator }) => calls(operator).auth.removePasskey.mutate({ passkeyId: 'x' }),
    'auth.beginTotp': ({ operator }) => calls(operator).auth.beginTotp.mutate(),
    'auth.confirmTotp': ({ operator }) => calls(operator).auth.confirmTotp.mutate({ code: '000000' }),
    'auth.removeTotp': ({ operator }) => calls(operator).auth.removeTotp.mutate(),
    'auth.newRecoveryCodes': ({ operator }) => calls(operator).auth.newRecoveryCodes.mutate(),
    'operators.removeFactors': ({ operator, colleague: { login } }) =>
      calls(operator).operators.removeFactors.mutate({ operatorId: login.user.id }),
    'operators.invite': ({ operator }) =>
      calls(operator).operators.invite.mutate({ email: 'a@b.test', access: 'operator' }),
    'operators.disable': ({ operator, colleague: { login } }) =>
      calls(operator).operators.disable.mutate({ operatorId: login.user.id }),
    'operators.enable': ({ operator, colleague: { login } }) =>
      calls(operator).operators.enable.mutate({ operatorId: login.user.id }),
    'auth.forgotPassword': ({ client }) => calls(client).auth.forgotPassword.mutate({ email: 'a@b.test' }),
    'auth.resetPassword': ({ client }) =>
      calls(client).auth.resetPassword.mutate({ token: 't', password: newPassword }),
    'operators.resetPassword': ({ operator, colleague: { login } }) =>
      calls(operator).operators.resetPassword.mutate({ operatorId: login.user.id }),
    'operators.setAccess': ({ operator, colleague: { login } }) =>
      calls(operator).operators.setAccess.mutate({ operatorId: login.user.id, access: 'operator' }),
  }),
  'keys.create': [
    {
      what: 'a key',
      act: ({ operator }) => calls(operator).keys.create.mutate({ name: 'Shop', scopes: ['read'] }),
      isSilent: true,
    },
  ],
  'keys.delete': [
    {
      what: 'a key',
      act: async ({ operator }) => {
        const { key } = await calls(operator).keys.create.mutate({ name: 'Shop', scopes: ['read'] })
        await calls(operator).keys.delete.mutate({ keyId: key.id })
      },
      isSilent: true,
    },
  ],
  'audit.export': [
    {
      what: 'an export',
      act: ({ operator }) => calls(operator).audit.export.mutate({ format: 'csv' }),
      isSilent: true,
    },
  ],
  'identityKeys.create': [
    {
      what: 'an identity key',
      act: ({ operator }) => calls(operator).identityKeys.create.mutate({ alg: 'HS256' }),
      isSilent: true,
    },
  ],
  'identityKeys.delete': [
    {
      what: 'an identity key',
      act: async ({ operator }) => {
        const { items } = await calls(operator).identityKeys.list.query()
        await calls(operator).identityKeys.delete.mutate({ kid: items[0]?.kid ?? '' })
      },
      isSilent: true,
    },
  ],
  'auth.guest': [{ what: 'another client', act: ({ client }) => calls(client).auth.guest.mutate(), isSilent: true }],
  'auth.identify': [{ what: 'another client', act: identified, isSilent: true }],
  'auth.endSession': [
    {
      what: 'of another browser',
      act: async ({ login, operator }) => {
        await login(operator)
        const { items } = await calls(operator).auth.sessions.query()
        await calls(operator).auth.endSession.mutate({ sessionId: items.find(({ current }) => !current)?.id ?? 0 })
      },
      isSilent: true,
    },
  ],
  'chats.create': [
    { what: 'by the client', act: ({ client }) => calls(client).chats.create.mutate({}) },
    {
      what: 'by an operator',
      act: ({ operator, client: { login } }) =>
        calls(operator).chats.create.mutate({ email: emailOf(login.user), name: login.user.name }),
    },
  ],
  'chats.close': [
    { what: 'by its operator', act: close },
    { what: 'with ifSeq', act: ({ colleague, chatId }) => calls(colleague).chats.close.mutate({ chatId, ifSeq: 9 }) },
  ],
  'chats.reopen': [
    {
      what: 'by an operator',
      before: close,
      act: ({ colleague, chatId }) => calls(colleague).chats.reopen.mutate({ chatId }),
    },
    {
      what: 'by the client',
      before: close,
      act: ({ client, chatId }) => calls(client).chats.reopen.mutate({ chatId }),
    },
  ],
  'chats.assignOperator': [
    {
      what: 'taken over',
      act: ({ colleague, chatId }) => calls(colleague).chats.assignOperator.mutate({ chatId, takeOver: true }),
    },
  ],
  'chats.release': [
    { what: 'by its operator', act: ({ operator, chatId }) => calls(operator).chats.release.mutate({ chatId }) },
  ],
  'chats.noReply': [
    { what: 'by its operator', act: ({ operator, chatId }) => calls(operator).chats.noReply.mutate({ chatId }) },
  ],
  'chats.markRead': [
    { what: 'by the client', act: ({ client, chatId }) => calls(client).chats.markRead.mutate({ chatId, seq: 4 }) },
    {
      what: 'by its operator',
      act: ({ operator, chatId }) => calls(operator).chats.markRead.mutate({ chatId, seq: 4 }),
    },
    { what: 'by another', act: ({ colleague, chatId }) => calls(colleague).chats.markRead.mutate({ chatId, seq: 3 }) },
  ],
  'chats.markDelivered': [
    {
      what: 'by the client',
      act: ({ client, chatId }) => calls(client).chats.markDelivered.mutate({ chatId, seq: 4 }),
    },
    {
      what: 'by an operator',
      act: ({ colleague, chatId }) => calls(colleague).chats.markDelivered.mutate({ chatId, seq: 4 }),
    },
  ],
  'chats.typing': [
    {
      what: 'by the client',
      act: ({ client, chatId }) => calls(client).chats.typing.mutate({ chatId }),
      isSilent: true,
    },
    {
      what: 'by its operator',
      act: ({ operator, chatId }) => calls(operator).chats.typing.mutate({ chatId }),
      isSilent: true,
    },
  ],
  'messages.send': [
    { what: 'by the client', act: ({ client, said }) => calls(client).messages.send.mutate(said()) },
    { what: 'by its operator', act: ({ operator, said }) => calls(operator).messages.send.mutate(said()) },
    { what: 'by another', act: ({ colleague, said }) => calls(colleague).messages.send.mutate(said()) },
  ],
  'messages.sendBatch': [
    {
      what: 'of two',
      act: ({ client, chatId, said }) => {
        const items = [said(), said()].map(({ text, clientMsgId }) => ({ text, clientMsgId }))
        return calls(client).messages.sendBatch.mutate({ chatId, items })
      },
    },
  ],
  'messages.edit': [
    { what: 'of the last message', act: ({ client, messages }) => edit(client, messages[2]) },
    { what: 'of an earlier one', act: ({ client, messages }) => edit(client, messages[0]) },
    { what: 'of the operator’s', act: ({ operator, messages }) => edit(operator, messages[1]) },
  ],
  'messages.retract': [
    {
      what: 'of the last message, edited before',
      before: ({ client, messages }) => edit(client, messages[2]),
      act: ({ client, messages }) => retract(client, messages[2]),
    },
    {
      what: 'of an earlier one, just edited',
      act: async ({ client, messages }) => {
        await edit(client, messages[0])
        await retract(client, messages[0])
      },
    },
  ],
}

/** Assigns the chat to the operator, sends three messages, and marks two entries as read. */
export async function sendSome({ client, operator, chatId, messages, said }: Cast): Promise<void> {
  await calls(operator).chats.assignOperator.mutate({ chatId })
  for (const author of [client, operator, client]) {
    messages.push((await calls(author).messages.send.mutate(said())).message)
  }
  await calls(operator).chats.markRead.mutate({ chatId, seq: 2 })
}

function calls({ program }: Participant): HybridProgram['client'] {
  return program.client
}

/** The own site says who a client is. */
async function identified({ operator, client }: Cast): Promise<void> {
  const create = calls(operator).identityKeys.create
  const site = await newSite((input) => create.mutate(input), { audience: client.program.host })
  await calls(client).auth.identify.mutate({ identity: await site.sign(uniqueId('sub')) })
  await calls(operator).identityKeys.delete.mutate({ kid: site.kid })
}

function close({ operator, chatId }: Cast) {
  return calls(operator).chats.close.mutate({ chatId })
}

function edit(author: Participant, message: Message | undefined) {
  return calls(author).messages.edit.mutate({ ...targetOf(message), text: 'better said' })
}

function retract(author: Participant, message: Message | undefined) {
  return calls(author).messages.retract.mutate(targetOf(message))
}

function targetOf(message: Message | undefined): Pick<Message, 'chatId'> & { messageId: Message['id'] } {
  if (message === undefined) throw new Error('Nobody has said so much.')
  return { chatId: message.chatId, messageId: message.id }
}
