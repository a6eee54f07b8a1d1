import type { ErrorCode } from '@deskbell/contract/errors'
import type { MessageId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { type CallerName, type ChatName, chats, factsOf, missingId, roleOf } from './callers.ts'
import type { Cast, TargetChat } from './cast.ts'

/*
 * Who may call what. This table repeats on purpose what the router and the use cases say, and shares no code with them.
 * The matrix makes all of its calls from it: a new procedure needs one entry here.
 */

export type Outcome = 'ok' | ErrorCode

/** What a call is made of. */
export type CallFacts = {
  cast: Cast
  caller: CallerName
  chat: TargetChat
  messageId: MessageId
  /** Returns a new word for a text, a name or an id, which those may receive who may see the chat. */
  word: () => string
}

const messageKinds = ['clients', 'operators', 'elsewhere', 'missing'] as const
/** `elsewhere`: a message of another chat, named with this one. */
export type MessageKind = (typeof messageKinds)[number]

/** One combination of caller and object. `message` is null for a procedure that is not about one. */
export type Cell = { caller: CallerName; form: string; chat: ChatName | null; message: MessageKind | null }

export type AccessForm = {
  input: (facts: CallFacts) => object
  /** The role that may not call in this form. */
  invalidFor?: Role
  /** What those get who may see the chat. Default: that of the row. */
  outcome?: (cell: Cell) => Outcome
  /** An answer of `ok` contains a text or a name. Default: that of the row. */
  shows?: true
}

export type AccessRow = {
  who: 'anybody' | 'signed-in' | 'operators'
  about: 'nothing' | 'chat' | 'message'
  forms: Record<string, AccessForm>
  /** What those get who may see the chat. Default: `ok`. */
  outcome?: (cell: Cell) => Outcome
  /** An answer of `ok` contains a text or a name. */
  shows?: true
  endsSession?: true
  /** No form of the call is ever done in the matrix. */
  neverDone?: true
  /** A repeat may have another outcome, so each call gets a chat of its own. */
  dependsOnState?: true
}

const ofChat = (more: (facts: CallFacts) => object = () => ({})): { plain: AccessForm } => {
  return { plain: { input: (facts) => ({ chatId: facts.chat.chatId, ...more(facts) }) } }
}

const ofNothing = (input: AccessForm['input'] = () => ({})): { plain: AccessForm } => ({ plain: { input } })

const send = ({ word }: CallFacts) => ({ text: word(), clientMsgId: word() })

export const accessTable: Record<string, AccessRow> = {
  'users.login': {
    who: 'anybody',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ email: `${word()}@example.test`, name: word(), role: 'client' })),
    shows: true,
  },
  'users.me': { who: 'signed-in', about: 'nothing', forms: ofNothing(), shows: true },
  'users.online': {
    who: 'operators',
    about: 'nothing',
    forms: ofNothing(({ cast }) => ({ userIds: [cast.user('owner').user.id, cast.user('bystander').user.id] })),
  },
  'users.logout': { who: 'signed-in', about: 'nothing', forms: ofNothing(), endsSession: true },
  // The matrix runs in open mode, where nobody has an account.
  'auth.setUp': forAccounts('anybody', ({ word }) => {
    return { token: word(), email: `${word()}@example.test`, name: word(), password: word() }
  }),
  'auth.signIn': forAccounts('anybody', ({ word }) => ({ email: `${word()}@example.test`, password: word() })),
  'auth.secondFactor': forAccounts('anybody', ({ word }) => ({ challenge: word(), method: 'totp', code: word() })),
  'auth.passkeyOptions': forAccounts('anybody', () => ({})),
  'auth.passkeySignIn': forAccounts('anybody', ({ word }) => ({ assertion: word() })),
  'auth.prove': forAccounts('operators', ({ word }) => ({ method: 'password', code: word() })),
  'auth.factors': forAccounts('operators', () => ({})),
  'auth.beginPasskey': forAccounts('operators', () => ({})),
  'auth.addPasskey': forAccounts('operators', ({ word }) => ({ name: word(), credential: word() })),
  'auth.renamePasskey': forAccounts('operators', ({ word }) => ({ passkeyId: word(), name: word() })),
  'auth.removePasskey': forAccounts('operators', ({ word }) => ({ passkeyId: word() })),
  'auth.beginTotp': forAccounts('operators', () => ({})),
  'auth.confirmTotp': forAccounts('operators', () => ({ code: '000000' })),
  'auth.removeTotp': forAccounts('operators', () => ({})),
  'auth.newRecoveryCodes': forAccounts('operators', () => ({})),
  'auth.accept': forAccounts('anybody', ({ word }) => ({ token: word(), name: word(), password: word() })),
  'auth.forgotPassword': forAccounts('anybody', ({ word }) => ({ email: `${word()}@example.test` })),
  'auth.resetPassword': forAccounts('anybody', ({ word }) => ({ token: word(), password: word() })),
  'operators.resetPassword': forAccounts('operators', ({ cast }) => ({ operatorId: cast.user('bystander').user.id })),
  'auth.changePassword': forAccounts('operators', ({ word }) => ({ current: word(), password: word() })),
  'operators.list': { who: 'operators', about: 'nothing', forms: ofNothing(), shows: true },
  'keys.create': {
    who: 'operators',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ name: word(), scopes: ['read'] })),
    shows: true,
  },
  'keys.list': { who: 'operators', about: 'nothing', forms: ofNothing() },
  'keys.delete': {
    who: 'operators',
    about: 'nothing',
    forms: ofNothing(() => ({ keyId: missingId })),
    outcome: () => 'not_found',
    neverDone: true,
  },
  // There are at most two keys, so that of many calls none may make one.
  'identityKeys.create': {
    who: 'operators',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ alg: 'HS256', publicKey: word() })),
    outcome: () => 'invalid_input',
    neverDone: true,
  },
  'identityKeys.list': { who: 'operators', about: 'nothing', forms: ofNothing() },
  'identityKeys.delete': {
    who: 'operators',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ kid: word() })),
    outcome: () => 'not_found',
    neverDone: true,
  },
  'audit.list': { who: 'operators', about: 'nothing', forms: ofNothing() },
  'audit.export': { who: 'operators', about: 'nothing', forms: ofNothing(() => ({ format: 'csv' })) },
  'operators.invite': forAccounts('operators', ({ word }) => ({ email: `${word()}@example.test`, access: 'admin' })),
  'operators.disable': forAccounts('operators', ({ cast }) => ({ operatorId: cast.user('bystander').user.id })),
  'operators.enable': forAccounts('operators', ({ cast }) => ({ operatorId: cast.user('bystander').user.id })),
  'operators.setAccess': forAccounts('operators', ({ cast }) => {
    return { operatorId: cast.user('bystander').user.id, access: 'operator' }
  }),
  'operators.removeFactors': forAccounts('operators', ({ cast }) => ({ operatorId: cast.user('bystander').user.id })),
  'auth.guest': {
    who: 'anybody',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ name: word() })),
    shows: true,
    // It replaces the session of a cookie.
    endsSession: true,
  },
  'auth.identify': {
    who: 'anybody',
    about: 'nothing',
    forms: ofNothing(({ word }) => ({ identity: word() })),
    outcome: () => 'invalid_credentials',
    neverDone: true,
  },
  'auth.sessions': { who: 'signed-in', about: 'nothing', forms: ofNothing() },
  'auth.endSession': {
    who: 'signed-in',
    about: 'nothing',
    forms: {
      own: { input: ({ cast, caller }) => ({ sessionId: cast.takeSpareSession(caller) }) },
      'of another user': {
        input: ({ cast, caller }) => ({ sessionId: cast.user(caller === 'owner' ? 'twin' : 'owner').actor.sessionId }),
        outcome: () => 'not_found',
      },
      missing: { input: () => ({ sessionId: missingId }), outcome: () => 'not_found' },
    },
  },
  'chats.create': {
    who: 'signed-in',
    about: 'nothing',
    forms: {
      'for oneself': { input: () => ({}), invalidFor: 'operator' },
      'for a client': {
        input: ({ cast }) => ({ email: cast.user('stranger').user.email, name: 'A name' }),
        invalidFor: 'client',
      },
    },
    shows: true,
  },
  'chats.list': {
    who: 'signed-in',
    about: 'nothing',
    forms: {
      all: { input: () => ({ status: 'all', limit: 100 }) },
      unassigned: { input: () => ({ scope: 'unassigned' }), invalidFor: 'client' },
      waiting: { input: () => ({ sort: 'waiting' }), invalidFor: 'client' },
    },
    shows: true,
  },
  'chats.get': { who: 'signed-in', about: 'chat', forms: ofChat(), shows: true },
  'chats.close': { who: 'operators', about: 'chat', forms: ofChat(), shows: true },
  'chats.reopen': { who: 'operators', about: 'chat', forms: ofChat(), shows: true },
  'chats.assignOperator': {
    who: 'operators',
    about: 'chat',
    forms: {
      ...ofChat(),
      'taking over': {
        input: ({ chat }) => ({ chatId: chat.chatId, takeOver: true }),
        outcome: closedIs('chat_closed'),
      },
      'to a colleague': {
        input: ({ chat, cast }) => ({
          chatId: chat.chatId,
          operatorId: cast.user('colleague').user.id,
          takeOver: true,
        }),
        outcome: closedIs('chat_closed'),
      },
      'to a client': {
        input: ({ chat, cast }) => ({ chatId: chat.chatId, operatorId: cast.user('stranger').user.id, takeOver: true }),
        outcome: () => 'not_found',
      },
    },
    outcome: ofAnother,
    shows: true,
    dependsOnState: true,
  },
  'chats.release': {
    who: 'operators',
    about: 'chat',
    forms: ofChat(),
    outcome: ofAnother,
    shows: true,
    dependsOnState: true,
  },
  'chats.noReply': { who: 'operators', about: 'chat', forms: ofChat(), shows: true },
  'chats.markRead': { who: 'signed-in', about: 'chat', forms: ofChat(() => ({ seq: 1 })) },
  'chats.markDelivered': { who: 'signed-in', about: 'chat', forms: ofChat(() => ({ seq: 1 })) },
  'chats.typing': { who: 'signed-in', about: 'chat', forms: ofChat() },
  'chats.page': { who: 'signed-in', about: 'chat', forms: ofChat(), shows: true },
  'chats.events': { who: 'signed-in', about: 'chat', forms: ofChat(), shows: true },
  'messages.send': {
    who: 'signed-in',
    about: 'chat',
    forms: ofChat(send),
    outcome: closedIs('chat_closed'),
    shows: true,
  },
  'messages.sendBatch': {
    who: 'signed-in',
    about: 'chat',
    forms: ofChat((facts) => ({ items: [send(facts), send(facts)] })),
    outcome: closedIs('chat_closed'),
    shows: true,
  },
  'messages.list': { who: 'signed-in', about: 'chat', forms: ofChat(), shows: true },
  'messages.edit': {
    who: 'signed-in',
    about: 'message',
    forms: ofChat(({ messageId, word }) => ({ messageId, text: word() })),
    outcome: byItsAuthor,
    shows: true,
  },
  'messages.retract': {
    who: 'signed-in',
    about: 'message',
    forms: ofChat(({ messageId }) => ({ messageId })),
    outcome: byItsAuthor,
  },
  'inbox.events': {
    who: 'signed-in',
    about: 'nothing',
    forms: {
      anew: { input: () => ({}) },
      resumed: { input: ({ cast }) => ({ lastEventId: cast.firstInboxCursor }), shows: true },
    },
  },
}

/** Where `CLOSED_CHAT=reopen`, a client opens its own chats again. */
export const reopenTable: typeof accessTable = {
  'chats.reopen': { who: 'signed-in', about: 'chat', forms: ofChat(), shows: true },
}

/**
 * All combinations for a caller: every form, and every chat and message that the call can be about. Where the answer must
 * not depend on the form or the message, one of them is enough.
 */
export function cellsOf(row: AccessRow, caller: CallerName): Cell[] {
  const isRefusedAtOnce = !mayCall(row, caller)
  const forms = Object.keys(row.forms)
  const chatNames = row.about === 'nothing' ? [null] : [...chats.keys()]
  return (isRefusedAtOnce ? forms.slice(0, 1) : forms).flatMap((form) =>
    chatNames.flatMap((chat) => {
      const isHidden = isRefusedAtOnce || (chat !== null && !maySee(caller, chat))
      const messages: readonly (MessageKind | null)[] = row.about === 'message' ? messageKinds : [null]
      return (isHidden ? messages.slice(0, 1) : messages).map((message) => ({ caller, form, chat, message }))
    }),
  )
}

/** Whether the session and the role of the caller are enough for the procedure. */
function mayCall({ who }: AccessRow, caller: CallerName): boolean {
  const role = roleOf(caller)
  return who === 'anybody' || role === 'operator' || (who === 'signed-in' && role !== null)
}

/** What the table says about a call, in the order of the contract: session, role, input, object, conflict. */
export function expectedOutcome(row: AccessRow, cell: Cell): Outcome {
  const role = roleOf(cell.caller)
  const form = formOf(row, cell)
  if (!mayCall(row, cell.caller)) return role === null ? 'unauthenticated' : 'forbidden'
  if (role !== null && form.invalidFor === role) return 'invalid_input'
  if (cell.chat !== null && !maySee(cell.caller, cell.chat)) return 'not_found'
  return (form.outcome ?? row.outcome)?.(cell) ?? 'ok'
}

export function formOf(row: AccessRow, { form }: Pick<Cell, 'form'>): AccessForm {
  const found = row.forms[form]
  if (found === undefined) throw new Error(`There is no form ${form}.`)
  return found
}

/** A client sees its own chats, an operator all. */
export function maySee(caller: CallerName, chat: ChatName): boolean {
  const { client } = factsOf(chat)
  return client !== null && (roleOf(caller) === 'operator' || client === caller)
}

export function messageIdOf(cast: Cast, chat: TargetChat, kind: MessageKind | null): MessageId {
  if (kind === 'clients' || kind === 'operators') return chat[kind]
  const missing = cast.chat('missing').clients
  if (kind !== 'elsewhere') return missing
  return cast.chat(chat.name === 'open' ? 'queue' : 'open').clients
}

function forAccounts(who: AccessRow['who'], input: AccessForm['input']): AccessRow {
  return { who, about: 'nothing', forms: ofNothing(input), outcome: () => 'forbidden', neverDone: true }
}

function closedIs(code: ErrorCode): (cell: Cell) => Outcome {
  return ({ chat }) => (chat !== null && factsOf(chat).status === 'closed' ? code : 'ok')
}

/** A chat of another operator is neither taken nor given back. */
function ofAnother(cell: Cell): Outcome {
  const { operator } = factsOf(cell.chat ?? 'missing')
  const refused = operator !== null && operator !== cell.caller
  return closedIs('chat_closed')(cell) === 'ok' && refused ? 'already_assigned' : closedIs('chat_closed')(cell)
}

function byItsAuthor(cell: Cell): Outcome {
  const { client, status } = factsOf(cell.chat ?? 'missing')
  if (cell.message === 'elsewhere' || cell.message === 'missing') return 'not_found'
  if (status === 'closed') return 'chat_closed'
  const author = cell.message === 'clients' ? client : 'assigned'
  return cell.caller === author ? 'ok' : 'not_editable'
}
