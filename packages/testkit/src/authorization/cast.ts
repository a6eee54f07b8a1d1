import type { Actor } from '@deskbell/contract/actor'
import { type ChatId, chatIdSchema, type MessageId, messageIdSchema } from '@deskbell/contract/ids'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { login } from '@deskbell/core/auth/login'
import { logout } from '@deskbell/core/auth/logout'
import { assignOperator } from '@deskbell/core/chats/changes/assign-operator'
import { closeChat } from '@deskbell/core/chats/changes/close-chat'
import { editMessage } from '@deskbell/core/messages/edit-message'
import { retractMessage } from '@deskbell/core/messages/retract-message'
import { emailOf, newChat, sendText } from '../factories.ts'
import { probeInbox } from '../probes/inbox-probe.ts'
import type { TestServer } from '../test-server.ts'
import {
  type CallerName,
  type ChatName,
  chats,
  factsOf,
  isUser,
  missingId,
  type UserName,
  userNames,
  users,
} from './callers.ts'
import { Canaries } from './canaries.ts'

/** How a caller presents itself: headers of a request, and those and the path of an upgrade. */
export type Session = {
  /** For the first frame of a socket that signs in with it. */
  token: string | undefined
  headers: Record<string, string>
  upgradePath: string
  canSignIn: boolean
}

/** A chat and its messages, as a call names them. */
export type TargetChat = { name: ChatName; chatId: ChatId; clients: MessageId; operators: MessageId }

type User = LoginOutput & { actor: Actor }

/** Users, their sessions and their chats, with a canary in every name, address and text. */
export class Cast {
  readonly canaries = new Canaries()
  readonly server: TestServer
  /** A position of the inbox from before all chats. */
  firstInboxCursor = ''
  readonly #users = new Map<UserName, User>()
  readonly #sessions = new Map<CallerName, Session>()
  readonly #chats = new Map<ChatName, TargetChat>()
  readonly #tokens: string[] = []
  readonly #spareSessions = new Map<CallerName, number[]>()

  private constructor(server: TestServer) {
    this.server = server
  }

  static async create(server: TestServer): Promise<Cast> {
    const cast = new Cast(server)
    for (const name of userNames) await cast.#createUser(name)
    cast.firstInboxCursor = await cast.#readInboxCursor()
    for (const name of chats.keys()) cast.#chats.set(name, await cast.newTarget(name))
    for (const chat of cast.#chats.values()) await cast.#hideTexts(chat)
    await cast.#createSessions()
    return cast
  }

  user(name: UserName): User {
    return entryOf(this.#users, name)
  }

  session(caller: CallerName): Session {
    return entryOf(this.#sessions, caller)
  }

  chat(name: ChatName): TargetChat {
    return entryOf(this.#chats, name)
  }

  /** Returns the tokens in a received text. No answer but that of a sign-in contains one. */
  tokensIn(received: string): string[] {
    return this.#tokens.filter((token) => received.includes(token))
  }

  /** Returns a session of the caller that nobody uses, another one each time. One that is nobody's has a missing one. */
  takeSpareSession(caller: CallerName): number {
    if (!isUser(caller)) return missingId
    const spare = this.#spareSessions.get(caller)?.pop()
    if (spare === undefined) throw new Error(`${caller} has no more spare sessions.`)
    return spare
  }

  /** Signs the caller in once more. */
  async newSession(caller: CallerName): Promise<Session> {
    if (!isUser(caller)) return this.session(caller)
    const { token } = await login(this.server.core, this.#loginOf(caller))
    return this.#sessionOf(caller, token)
  }

  /** Makes another chat with the same users and the same state as the one of this name. */
  async newTarget(name: ChatName): Promise<TargetChat> {
    const { core } = this.server
    const { client, operator, status } = factsOf(name)
    if (client === null) return { name, chatId: missingChat, clients: missingMessage, operators: missingMessage }
    const asker = this.user(client).actor
    const assigned = this.user('assigned').actor
    const { id: chatId } = await newChat(core, asker)
    const clients = await sendText(core, asker, { chatId, ...this.#words(client) })
    const operators = await sendText(core, assigned, { chatId, ...this.#words(client) })
    this.showName('assigned', client)
    if (operator !== null) await assignOperator(core, this.user(operator).actor, { chatId })
    if (status === 'closed') await closeChat(core, assigned, { chatId })
    return { name, chatId, clients: clients.message.id, operators: operators.message.id }
  }

  /** Lets the chat's client send a word, and returns it with those who may receive it. */
  async say(name: ChatName): Promise<{ word: string; audience: UserName[] }> {
    const { client } = factsOf(name)
    if (client === null) throw new Error(`Nobody can write in ${name}.`)
    const { text, clientMsgId } = this.#words(client)
    const { chatId } = this.chat(name)
    await sendText(this.server.core, this.user(client).actor, { chatId, text, clientMsgId })
    return { word: text, audience: this.audienceOf(client) }
  }

  /** A user who acts in a chat of a client is shown to it by name. */
  showName(user: UserName, viewer: UserName): void {
    for (const word of this.canaries.in(this.user(user).user.name)) this.canaries.allow(word, viewer)
  }

  /** Who may see what is said in a chat of this client: the client and all operators. */
  audienceOf(client: UserName): UserName[] {
    return userNames.filter((name) => name === client || users[name].role === 'operator')
  }

  #words(client: UserName): { text: string; clientMsgId: string } {
    const [text, clientMsgId] = [1, 2].map(() => this.canaries.create(this.audienceOf(client)))
    return { text: text ?? '', clientMsgId: clientMsgId ?? '' }
  }

  async #createUser(name: UserName): Promise<void> {
    const { role, sameAddressAs } = users[name]
    // In open mode every operator is an admin, who sees the addresses of all.
    const audience = this.audienceOf(name)
    const email =
      sameAddressAs === undefined
        ? `${this.canaries.create(audience)}@example.test`
        : emailOf(this.user(sameAddressAs).user)
    for (const word of this.canaries.in(email)) for (const viewer of audience) this.canaries.allow(word, viewer)
    this.#users.set(name, await this.#signIn({ email, name: this.canaries.create(this.audienceOf(name)), role }))
  }

  /** Signs in and remembers the token. */
  async #signIn(input: LoginInput): Promise<User> {
    const output = await login(this.server.core, input)
    const actor = await authenticate(this.server.core, output.token)
    if (actor === null) throw new Error('A fresh session was not accepted.')
    this.#tokens.push(output.token)
    return { ...output, actor }
  }

  /** Leaves texts in the chat that nobody may receive any more: one that was edited, and one that was retracted. */
  async #hideTexts({ name, chatId }: TargetChat): Promise<void> {
    const { core } = this.server
    const { actor } = this.user('assigned')
    const { client, status } = factsOf(name)
    if (client === null || status === 'closed') return
    const hidden = () => sendText(core, actor, { chatId, text: this.canaries.create([]) })
    const [edited, retracted] = [(await hidden()).message.id, (await hidden()).message.id]
    await editMessage(core, actor, { chatId, messageId: edited, text: this.#words(client).text })
    await retractMessage(core, actor, { chatId, messageId: retracted })
    // A row of a list shows the newest message, which must be one with a text.
    await sendText(core, this.user(client).actor, { chatId, ...this.#words(client) })
  }

  async #readInboxCursor(): Promise<string> {
    await using inbox = probeInbox(this.server.core, this.user('bystander').actor)
    await inbox.until('live')
    return inbox.lastId ?? ''
  }

  async #createSessions(): Promise<void> {
    const { core, db } = this.server
    for (const name of userNames) this.#sessions.set(name, this.#sessionOf(name, this.user(name).token))
    const ended = await this.#signIn(this.#loginOf('owner'))
    await logout(core, ended.actor)
    const expired = await this.#signIn(this.#loginOf('owner'))
    await db.pool.query(`update sessions set expires_at = now() - interval '1 hour' where id = $1`, [
      expired.actor.sessionId,
    ])
    for (const user of userNames) {
      const spare = Array.from({ length: spareSessions }, () => this.#signIn(this.#loginOf(user)))
      this.#spareSessions.set(
        user,
        (await Promise.all(spare)).map(({ actor }) => actor.sessionId),
      )
    }
    this.#sessions.set('nobody', signedOut(undefined))
    this.#sessions.set('ended', signedOut(ended.token))
    this.#sessions.set('expired', signedOut(expired.token))
  }

  #loginOf(name: UserName): LoginInput {
    const { user } = this.user(name)
    return { email: emailOf(user), name: user.name, role: user.role }
  }

  #sessionOf(name: UserName, token: string): Session {
    const { sameAddressAs } = users[name]
    if (sameAddressAs === undefined) return { token, headers: bearer(token), upgradePath: '/', canSignIn: true }
    // Both roles in one browser: the operator's cookie comes along with each request of the client's page.
    const cookie = `deskbell_client=${token}; deskbell_operator=${this.user(sameAddressAs).token}`
    const headers = { cookie, origin: this.server.url, 'deskbell-role': 'client' }
    return { token, headers, upgradePath: '/?role=client', canSignIn: true }
  }
}

/** As many as there are ways to make a call. */
const spareSessions = 8

const missingChat = chatIdSchema.parse(missingId)
const missingMessage = messageIdSchema.parse(missingId)

function signedOut(token: string | undefined): Session {
  const headers: Record<string, string> = token === undefined ? {} : bearer(token)
  return { token, headers, upgradePath: '/?connectionParams=1', canSignIn: false }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`There is no ${String(key)} in the cast.`)
  return value
}
