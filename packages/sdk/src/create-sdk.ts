import type { AppRouter } from '@deskbell/api/router'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { createTRPCClient, type TRPCClient, type TRPCLink } from '@trpc/client'
import { type Calls, createCalls } from './calls.ts'
import type { EndReason } from './connection/connection-state.ts'
import { Line } from './connection/line.ts'
import { watchPage } from './connection/page-signals.ts'
import { errorCode } from './error-code.ts'
import { createHttpLink } from './http-link.ts'
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

class SdkClient implements Sdk {
  readonly links: TRPCLink<AppRouter>[]
  readonly client: TRPCClient<AppRouter>
  readonly connection: Sdk['connection']
  readonly outbox: Sdk['outbox'] = createStore({ kept: false })
  readonly #options: SdkOptions
  readonly #session: Session
  readonly #line: Line
  readonly #calls: Calls
  readonly #outboxes = new Map<ChatId, ChatOutbox>()
  readonly #followers = new Set<{ stop(): void }>()
  readonly #stopWatching: () => void
  #learning = false

  constructor(options: SdkOptions) {
    const session = new Session(options)
    const http = createHttpLink({
      url: new URL('/trpc', options.url).href,
      headers: () => session.headers(),
      fetch: options.fetch,
    })
    const line = createLine(options, session, () => this.#findEnd())
    this.links = createLinks(http, line)
    this.client = createTRPCClient<AppRouter>({ links: this.links })
    this.connection = line.state
    this.#options = options
    this.#session = session
    this.#line = line
    this.#stopWatching = watchPage(() => line.wake())
    this.#calls = createCalls(this.client, {
      connection: line.state,
      random: options.random ?? Math.random,
      isOwn: (message) => session.isOwn(message),
      connect: () => void line.socket(),
    })
  }

  async login(input: LoginInput): Promise<LoginOutput> {
    const output = await this.client.users.login.mutate(input)
    this.#session.begin(output.user, output.token)
    this.#line.renew()
    return output
  }

  async logout(): Promise<void> {
    try {
      await this.client.users.logout.mutate()
    } catch (error) {
      if (errorCode(error) !== 'unauthenticated') throw error
    }
    this.#session.end()
    this.#line.end('unauthenticated')
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
    this.#line.retryNow()
  }

  close(): void {
    this.#stopWatching()
    for (const follower of [...this.#followers]) follower.stop()
    for (const outbox of this.#outboxes.values()) outbox.close()
    this.#line.end('closed')
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

  async #findEnd(): Promise<EndReason | null> {
    try {
      await this.client.users.me.query()
      return null
    } catch (error) {
      const code = errorCode(error)
      return code === 'unauthenticated' || code === 'forbidden' ? code : null
    }
  }
}

function createLine(options: SdkOptions, session: Session, findEnd: () => Promise<EndReason | null>): Line {
  return new Line({
    url: socketUrl(options),
    hasSession: () => session.byCookie || session.token !== null,
    connectionParams: session.byCookie ? null : () => ({ token: session.token ?? '' }),
    WebSocket: options.WebSocket ?? WebSocket,
    random: options.random ?? Math.random,
    findEnd,
  })
}

function socketUrl({ url, socketUrl, role }: SdkOptions): string {
  const address = new URL('/trpc', socketUrl ?? url)
  address.protocol = address.protocol.replace('http', 'ws')
  if (role !== undefined) address.searchParams.set('role', role)
  return address.href
}
