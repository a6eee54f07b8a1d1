import type { AppRouter } from '@deskbell/api/router'
import type { PageOutput } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { LoginInput, LoginOutput, User } from '@deskbell/contract/users'
import { createTRPCClient, type TRPCClient, type TRPCLink } from '@trpc/client'
import { errorCode, retryAfterMs } from './base/errors.ts'
import { importCode } from './base/import-code.ts'
import type { SdkOptions, SendOptions } from './base/options.ts'
import { isPage, watchPage } from './base/page.ts'
import { retry, retryDelayMs } from './base/retry.ts'
import type { Store } from './base/store.ts'
import { doNotHoldProcess, withTimeout } from './base/timers.ts'
import type { IdentitySource } from './connection/keep-identified.ts'
import { LazyConnection } from './connection/lazy-connection.ts'
import { Session } from './connection/session.ts'
import type { UploadContext, UploadOptions } from './files/upload-file.ts'
import { followInbox } from './inbox/follow-inbox.ts'
import type { InboxFollower } from './inbox/inbox.ts'
import type { FileOutbox } from './outbox/files/file-outbox.ts'
import { type FileOutboxContext, Outboxes, type OutboxesOptions } from './outbox/outboxes.ts'
import { readBrowser } from './outbox/storage/browser.ts'
import type { Sdk } from './sdk.ts'
import { createServerApi, type ServerApi } from './server-api.ts'
import type { ServerAnswer } from './socket/socket-connection.ts'
import { followChat } from './timeline/follow-chat.ts'
import type { ChatFollower } from './timeline/timeline.ts'

/**
 * Creates the SDK of one program, for one server and one user at a time. Opens nothing before it is needed. Throws
 * `TypeError` where there is no `WebSocket`.
 */
export function createSdk(options: SdkOptions): Sdk {
  return new SdkClient(options)
}

const sendTimeoutMsDefault = 10_000
const askPatienceMs = 5_000

class SdkClient implements Sdk {
  readonly links: TRPCLink<AppRouter>[]
  readonly api: TRPCClient<AppRouter>
  readonly connection: Sdk['connection']
  readonly session: Sdk['session']
  readonly outbox: Sdk['outbox']
  readonly #session: Session
  readonly #manager: LazyConnection
  readonly #serverApi: ServerApi
  readonly #outboxes: Outboxes
  #asking: Promise<ServerAnswer> | null = null
  #askTimer: ReturnType<typeof setTimeout> | undefined
  #askFailures = 0
  #isUserWanted = false
  readonly #options: SdkOptions
  readonly #followers = new Set<{ stop(): void }>()
  readonly #stopWatching: () => void
  /** Ends the identification of the client by the own site. */
  readonly #identifying = new AbortController()
  /** Resolves when it is known who the client is: at once, unless the own site says it. */
  readonly #identified: Promise<void>

  constructor(options: SdkOptions) {
    if (options.WebSocket === undefined && typeof WebSocket === 'undefined')
      throw new TypeError('There is no WebSocket: give createSdk one.')
    const session = new Session(options)
    const random = options.random ?? Math.random
    const manager = new LazyConnection(async () => {
      const { createConnection } = await importCode(() => import('./connection/create-connection.ts'))
      await this.#identified
      return createConnection(options, { session, askServer: () => this.#askServer() })
    }, random)
    this.links = [manager.link]
    this.api = createTRPCClient<AppRouter>({ links: this.links })
    this.connection = manager.state
    this.session = whenRead(session.state, () => this.#wantUser())
    this.#session = session
    this.#manager = manager
    this.#stopWatching = watchPage((sign) => manager.wake(sign))
    this.#serverApi = createServerApi(this.api, {
      connection: manager.state,
      random,
      isOwn: (message) => session.isOwn(message),
      connect: () => manager.connect(),
      probe: () => manager.probe(),
    })
    this.#outboxes = createOutboxes(this.#serverApi, options, (context) => this.#openFileOutbox(context))
    this.#options = options
    this.outbox = this.#outboxes.state
    manager.state.subscribe(() => this.#connectionChanged())
    this.#identified = options.identity === undefined ? Promise.resolve() : this.#identify(options.identity)
  }

  async login(input: LoginInput): Promise<LoginOutput> {
    this.#identifying.abort()
    const isFirst = !this.#session.mayExist
    const output = await this.api.users.login.mutate(input)
    this.#session.begin(output.user, output.token)
    this.#outboxes.startSession(output.user.id, { isOwn: isFirst })
    this.#manager.renew()
    return output
  }

  async logout(): Promise<void> {
    this.#identifying.abort()
    try {
      await this.api.users.logout.mutate()
    } catch (error) {
      if (errorCode(error) !== 'unauthenticated') throw error
    }
    this.#session.end()
    this.#outboxes.endSession()
    this.#manager.end('unauthenticated')
  }

  follow(chatId: ChatId, { remembered }: { remembered?: PageOutput | undefined } = {}): ChatFollower {
    this.#wantUser()
    return this.#keep((onStop) =>
      followChat(this.#serverApi, { chatId, remembered, outbox: this.#outboxes.of(chatId), onStop }),
    )
  }

  inbox(): InboxFollower {
    this.#wantUser()
    return this.#keep((onStop) => followInbox(this.#serverApi, { onStop }))
  }

  send(chatId: ChatId, text: string, options: SendOptions = {}): Promise<Message> {
    this.#wantUser()
    return this.#outboxes.send(chatId, text, options)
  }

  async upload(chatId: ChatId, file: Blob, options: UploadOptions = {}): Promise<string> {
    await this.#identified
    const { uploadFile } = await importCode(() => import('./files/upload-file.ts'))
    return await uploadFile(this.#uploadContext, { ...options, chatId, file })
  }

  async setAvatar(image: Blob | null): Promise<User> {
    const { setAvatar } = await importCode(() => import('./files/set-avatar.ts'))
    return await setAvatar({ ...this.#options, session: this.#session, manager: this.#manager }, image)
  }

  retryNow(): void {
    this.#manager.retryNow()
  }

  close(): void {
    this.#identifying.abort()
    clearTimeout(this.#askTimer)
    this.#stopWatching()
    for (const follower of [...this.#followers]) follower.stop()
    this.#outboxes.close()
    this.#manager.end('closed')
  }

  /** Resolves when the client is identified for the first time, refused, or when that was stopped. */
  async #identify(identity: IdentitySource): Promise<void> {
    const { signal } = this.#identifying
    const { url, fetch, random = Math.random } = this.#options
    const load = () => importCode(() => import('./connection/keep-identified.ts'))
    const loaded = await retry(load, { signal, random }).catch(() => null)
    await loaded?.keepIdentified({
      identity,
      url,
      headers: () => this.#session.headers(),
      fetch,
      random,
      signal,
      connection: this.connection,
      begin: (login) => this.#beginIdentified(login),
      refuse: () => {
        this.#session.refuse()
        this.#manager.end('unauthenticated')
      },
    })
  }

  /** The connection of the session before is dropped. Streams continue with the new one where they were. */
  #beginIdentified({ user, token }: LoginOutput): void {
    const isFirst = this.#session.began === 0
    this.#session.begin(user, token)
    this.#outboxes.startSession(user.id, { isOwn: isFirst })
    if (this.#isUserWanted) this.#outboxes.setUser(user.id, true)
    if (!isFirst) this.#manager.renew()
  }

  get #uploadContext(): UploadContext {
    return { ...this.#options, session: this.#session, connection: this.connection }
  }

  async #openFileOutbox(context: FileOutboxContext): Promise<FileOutbox> {
    const load = () => importCode(() => import('./outbox/files/open-file-outbox.ts'))
    const { openFileOutbox } = await retry(load, { connection: this.connection })
    return openFileOutbox(context, this.#uploadContext)
  }

  #keep<T extends { stop(): void }>(make: (onStop: () => void) => T): T {
    const follower = make(() => this.#followers.delete(follower))
    this.#followers.add(follower)
    return follower
  }

  /**
   * Finds out who the user is, to recognise own messages and load the stored ones. Asks once at first; without an
   * answer, once with each attempt of the connection, and after a pause while the connection stays online.
   */
  #wantUser(): void {
    const { userId, isConfirmed } = this.#session
    if (userId !== null) this.#outboxes.setUser(userId, isConfirmed)
    if (isConfirmed || this.#isUserWanted) return
    this.#isUserWanted = true
    void this.#askServer()
  }

  #connectionChanged(): void {
    const state = this.connection.getSnapshot()
    if (state.kind === 'ended' && state.reason === 'unauthenticated') this.#session.refuse()
    if (state.kind === 'online' && this.#isUserWanted && !this.#session.isConfirmed) void this.#askServer()
  }

  /** Asks whether the server answers, and to whom. Concurrent callers share one request. */
  #askServer(): Promise<ServerAnswer> {
    this.#asking ??= this.#askWho().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #askWho(): Promise<ServerAnswer> {
    const { began } = this.#session
    try {
      const { user } = await withTimeout(askPatienceMs, (signal) => this.api.users.me.query(undefined, { signal }))
      if (began === this.#session.began) this.#confirmed(user)
      return 'alive'
    } catch (error) {
      // The answer concerns a session that has been replaced meanwhile.
      if (began !== this.#session.began) return 'silent'
      const code = errorCode(error)
      if (code === 'unauthenticated') this.#session.refuse()
      if (code === 'unauthenticated' || code === 'forbidden') return code
      if (this.#isUserWanted) this.#askAgain(error)
      return 'silent'
    }
  }

  /** The attempts of the connection ask again. One that is online makes none. */
  #askAgain(error: unknown): void {
    if (this.connection.getSnapshot().kind !== 'online') {
      this.#manager.connect()
      return
    }
    const delayMs = Math.max(retryAfterMs(error), retryDelayMs(this.#askFailures, this.#options.random ?? Math.random))
    this.#askFailures += 1
    clearTimeout(this.#askTimer)
    this.#askTimer = setTimeout(() => this.#session.isConfirmed || void this.#askServer(), delayMs)
    doNotHoldProcess(this.#askTimer)
  }

  #confirmed(user: User): void {
    if (this.#session.isConfirmed) return
    this.#askFailures = 0
    this.#session.confirm(user)
    if (this.#isUserWanted) this.#outboxes.setUser(user.id, true)
  }
}

/** A store that calls `onFirst` before each subscription. */
function whenRead<T>(store: Store<T>, onFirst: () => void): Store<T> {
  return {
    getSnapshot: () => store.getSnapshot(),
    subscribe(listener) {
      onFirst()
      return store.subscribe(listener)
    },
  }
}

function createOutboxes(
  serverApi: ServerApi,
  { url, outbox, sendTimeoutMs = sendTimeoutMsDefault }: SdkOptions,
  openFileOutbox: OutboxesOptions['openFileOutbox'],
): Outboxes {
  const isKept = outbox === undefined ? isPage() : outbox === 'indexeddb'
  return new Outboxes(serverApi, {
    server: new URL(url).origin,
    sendTimeoutMs,
    browser: isKept ? readBrowser() : null,
    openFileOutbox,
  })
}
