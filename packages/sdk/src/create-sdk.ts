import type { AppRouter } from '@deskbell/api/router'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { createTRPCClient, type TRPCClient, type TRPCLink } from '@trpc/client'
import { type Calls, createCalls } from './calls.ts'
import type { Access } from './connection/access.ts'
import type { ServerAnswer } from './connection/line.ts'
import { watchPage } from './connection/page-signals.ts'
import { createAccess } from './create-access.ts'
import { errorCode } from './error-code.ts'
import { followInbox } from './inbox/follow-inbox.ts'
import type { InboxFollower } from './inbox/inbox.ts'
import { createLinks } from './links.ts'
import { newId } from './new-id.ts'
import { ChatOutbox } from './outbox/chat-outbox.ts'
import type { Sdk, SdkOptions, SendOptions } from './sdk.ts'
import { SdkError } from './sdk-error.ts'
import { Session } from './session.ts'
import { createStore } from './store.ts'
import { followChat } from './timeline/follow-chat.ts'
import type { ChatFollower } from './timeline/timeline.ts'

/** Makes the access of one program to one server as one user. Nothing is opened before it is needed. */
export function createSdk(options: SdkOptions): Sdk {
  return new SdkClient(options)
}

const sendTimeoutMs = 10_000
const askPatienceMs = 5_000

class SdkClient implements Sdk {
  readonly links: TRPCLink<AppRouter>[]
  readonly client: TRPCClient<AppRouter>
  readonly connection: Sdk['connection']
  readonly outbox: Sdk['outbox'] = createStore({ kept: false })
  readonly #options: SdkOptions
  readonly #session: Session
  readonly #access: Access
  readonly #calls: Calls
  readonly #outboxes = new Map<ChatId, ChatOutbox>()
  readonly #followers = new Set<{ stop(): void }>()
  readonly #stopWatching: () => void
  #learning = false

  constructor(options: SdkOptions) {
    const session = new Session(options)
    const { access, http } = createAccess(options, { session, askServer: () => this.#askServer() })
    this.links = createLinks(http, access)
    this.client = createTRPCClient<AppRouter>({ links: this.links })
    this.connection = access.state
    this.#options = options
    this.#session = session
    this.#access = access
    this.#stopWatching = watchPage((sign) => access.wake(sign))
    this.#calls = createCalls(this.client, {
      connection: access.state,
      random: options.random ?? Math.random,
      isOwn: (message) => session.isOwn(message),
      connect: () => access.connect(),
    })
  }

  async login(input: LoginInput): Promise<LoginOutput> {
    const output = await this.client.users.login.mutate(input)
    this.#session.begin(output.user, output.token)
    this.#access.renew()
    return output
  }

  async logout(): Promise<void> {
    try {
      await this.client.users.logout.mutate()
    } catch (error) {
      if (errorCode(error) !== 'unauthenticated') throw error
    }
    this.#session.end()
    this.#access.end('unauthenticated')
  }

  follow(chatId: ChatId): ChatFollower {
    void this.#learnUser()
    return this.#keep((onStop) => followChat(this.#calls, { chatId, outbox: this.#outbox(chatId), onStop }))
  }

  inbox(): InboxFollower {
    return this.#keep((onStop) => followInbox(this.#calls, { onStop }))
  }

  async send(chatId: ChatId, text: string, { clientMsgId = newId(), signal }: SendOptions = {}): Promise<Message> {
    signal?.throwIfAborted()
    const outbox = this.#outbox(chatId)
    const waiting = outbox.queue.getSnapshot().find((item) => item.clientMsgId === clientMsgId)
    if (waiting !== undefined && waiting.text !== text) throw new SdkError('client_msg_id_reused')
    const outcome = outbox.outcome(clientMsgId, signal)
    outbox.add({ clientMsgId, text, createdAt: new Date().toISOString() })
    return await outcome
  }

  retryNow(): void {
    this.#access.retryNow()
  }

  close(): void {
    this.#stopWatching()
    for (const follower of [...this.#followers]) follower.stop()
    for (const outbox of this.#outboxes.values()) outbox.close()
    this.#access.end('closed')
  }

  #outbox(chatId: ChatId): ChatOutbox {
    const known = this.#outboxes.get(chatId)
    if (known !== undefined) return known
    const timeoutMs = this.#options.sendTimeoutMs ?? sendTimeoutMs
    const onIdle = () => {
      this.#outboxes.delete(chatId)
      outbox.close()
    }
    const outbox = new ChatOutbox(this.#calls, { chatId, timeoutMs, onIdle })
    this.#outboxes.set(chatId, outbox)
    return outbox
  }

  #keep<T extends { stop(): void }>(make: (onStop: () => void) => T): T {
    const follower = make(() => this.#followers.delete(follower))
    this.#followers.add(follower)
    return follower
  }

  /** To tell own messages from others; a failure only leaves that to the side they come from. */
  async #learnUser(): Promise<void> {
    if (this.#session.user !== null || this.#learning) return
    this.#learning = true
    const me = await this.client.users.me.query().catch(() => null)
    this.#learning = false
    if (me !== null) this.#session.know(me.user)
  }

  async #askServer(): Promise<ServerAnswer> {
    try {
      await this.client.users.me.query(undefined, { signal: AbortSignal.timeout(askPatienceMs) })
      return 'alive'
    } catch (error) {
      const code = errorCode(error)
      return code === 'unauthenticated' || code === 'forbidden' ? code : 'silent'
    }
  }
}
