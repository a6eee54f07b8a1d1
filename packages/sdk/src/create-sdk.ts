import type { AppRouter } from '@deskbell/api/router'
import type { PageOutput } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput } from '@deskbell/contract/users'
import { createTRPCClient, type TRPCClient, type TRPCLink } from '@trpc/client'
import { type Calls, createCalls } from './calls.ts'
import type { ServerAnswer } from './connection/line.ts'
import { isPage, watchPage } from './connection/page-signals.ts'
import { errorCode } from './error-code.ts'
import { importCode } from './import-code.ts'
import { followInbox } from './inbox/follow-inbox.ts'
import type { InboxFollower } from './inbox/inbox.ts'
import { LazyAccess } from './lazy-access.ts'
import { readBrowser } from './outbox/browser.ts'
import { Outboxes } from './outbox/outboxes.ts'
import type { Sdk, SdkOptions, SendOptions } from './sdk.ts'
import { Session } from './session.ts'
import { followChat } from './timeline/follow-chat.ts'
import type { ChatFollower } from './timeline/timeline.ts'
import { timeoutSignal } from './timers.ts'
import { UserFinder } from './user-finder.ts'

/** Makes the access of one program to one server as one user. Nothing is opened before it is needed. */
export function createSdk(options: SdkOptions): Sdk {
  return new SdkClient(options)
}

const sendTimeoutMsDefault = 10_000
const askPatienceMs = 5_000

class SdkClient implements Sdk {
  readonly links: TRPCLink<AppRouter>[]
  readonly client: TRPCClient<AppRouter>
  readonly connection: Sdk['connection']
  readonly outbox: Sdk['outbox']
  readonly #session: Session
  readonly #access: LazyAccess
  readonly #calls: Calls
  readonly #outboxes: Outboxes
  readonly #userFinder: UserFinder
  readonly #followers = new Set<{ stop(): void }>()
  readonly #stopWatching: () => void

  constructor(options: SdkOptions) {
    const session = new Session(options)
    const random = options.random ?? Math.random
    const access = new LazyAccess(async () => {
      const { createAccess } = await importCode(() => import('./create-access.ts'))
      return createAccess(options, { session, askServer: () => this.#askServer() })
    }, random)
    this.links = [access.link]
    this.client = createTRPCClient<AppRouter>({ links: this.links })
    this.connection = access.state
    this.#session = session
    this.#access = access
    this.#stopWatching = watchPage((sign) => access.wake(sign))
    this.#calls = createCalls(this.client, {
      connection: access.state,
      random,
      isOwn: (message) => session.isOwn(message),
      connect: () => access.connect(),
      probe: () => access.probe(),
    })
    this.#outboxes = createOutboxes(this.#calls, options)
    this.outbox = this.#outboxes.state
    this.#userFinder = new UserFinder({
      ask: async () => (await this.client.users.me.query()).user.id,
      onFound: (userId) => this.#found(userId),
      random: this.#calls.random,
    })
    access.state.subscribe(() => access.state.getSnapshot().kind === 'online' && this.#userFinder.hurry())
  }

  async login(input: LoginInput): Promise<LoginOutput> {
    const isFirst = !this.#session.mayExist
    const output = await this.client.users.login.mutate(input)
    this.#session.begin(output.user.id, output.token)
    this.#outboxes.begin(output.user.id, { isOwn: isFirst })
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
    this.#outboxes.leave()
    this.#access.end('unauthenticated')
  }

  follow(chatId: ChatId, { remembered }: { remembered?: PageOutput | undefined } = {}): ChatFollower {
    this.#findUser()
    return this.#keep((onStop) =>
      followChat(this.#calls, { chatId, remembered, outbox: this.#outboxes.of(chatId), onStop }),
    )
  }

  inbox(): InboxFollower {
    this.#findUser()
    return this.#keep((onStop) => followInbox(this.#calls, { onStop }))
  }

  send(chatId: ChatId, text: string, options: SendOptions = {}): Promise<Message> {
    this.#findUser()
    return this.#outboxes.send(chatId, text, options)
  }

  retryNow(): void {
    this.#access.retryNow()
  }

  close(): void {
    this.#stopWatching()
    for (const follower of [...this.#followers]) follower.stop()
    this.#userFinder.stop()
    this.#outboxes.close()
    this.#access.end('closed')
  }

  #keep<T extends { stop(): void }>(make: (onStop: () => void) => T): T {
    const follower = make(() => this.#followers.delete(follower))
    this.#followers.add(follower)
    return follower
  }

  /** To tell own messages from others, and to find what was kept for the user. */
  #findUser(): void {
    const { userId, isSure } = this.#session
    if (userId !== null) this.#outboxes.know(userId, isSure)
    if (!isSure) this.#userFinder.find()
  }

  #found(userId: UserId): void {
    if (this.#session.isSure) return
    this.#session.know(userId)
    this.#outboxes.know(userId, true)
  }

  async #askServer(): Promise<ServerAnswer> {
    try {
      await this.client.users.me.query(undefined, { signal: timeoutSignal(askPatienceMs) })
      return 'alive'
    } catch (error) {
      const code = errorCode(error)
      return code === 'unauthenticated' || code === 'forbidden' ? code : 'silent'
    }
  }
}

function createOutboxes(calls: Calls, { url, outbox, sendTimeoutMs = sendTimeoutMsDefault }: SdkOptions): Outboxes {
  const isKept = outbox === undefined ? isPage() : outbox === 'indexeddb'
  return new Outboxes(calls, {
    server: new URL(url).origin,
    timeoutMs: sendTimeoutMs,
    browser: isKept ? readBrowser() : null,
  })
}
