import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, LogEntry, PageOutput } from '@deskbell/contract/events'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import { errorCode, isFinal, retryAfterMs, toSdkError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { SendOptions } from '../base/options.ts'
import { type Pause, pause, retry, retryDelayMs } from '../base/retry.ts'
import { createStore } from '../base/store.ts'
import type { ChatOutbox } from '../outbox/chat-outbox.ts'
import type { PendingMessage } from '../outbox/pending-message.ts'
import type { Watcher } from '../outbox/resume-gate.ts'
import type { ServerApi } from '../server-api.ts'
import { entriesAfter, newestPage, undelivered } from './log-window.ts'
import { nextTimeline } from './next-timeline.ts'
import { People, TypingNotice } from './people.ts'
import { SeqMarker } from './seq-marker.ts'
import type { ChatFollower, Timeline } from './timeline.ts'
import {
  pageEntries,
  startTimeline,
  type TimelineEffect,
  type TimelineEvent,
  type TimelineState,
} from './timeline-state.ts'
import { createTimelineView } from './timeline-view.ts'

export type FollowOptions = {
  chatId: ChatId
  outbox: ChatOutbox
  /** A page that is shown at once, and followed from. */
  remembered?: PageOutput | undefined
  onStop?: () => void
}

/** How long the log may be longer than what is loaded before the stream is reopened. */
const behindMs = 2_000

/** How long an edit or a retraction is retried without an answer. */
const changePatienceMs = 20_000

/** Follows a chat: runs the state machine of the timeline, and its effects. */
export function followChat(serverApi: ServerApi, options: FollowOptions): ChatFollower {
  return new Follower(serverApi, options)
}

class Follower implements ChatFollower {
  readonly #serverApi: ServerApi
  readonly #options: FollowOptions
  readonly #view = createTimelineView()
  readonly #readMarker: SeqMarker
  readonly #deliveredMarker: SeqMarker
  readonly #people = new People(() => this.#show())
  readonly #typing: TypingNotice
  readonly #store
  readonly #watcher: Watcher
  readonly #stops: (() => void)[]
  readonly #waitingForOlder = new Set<() => void>()
  #state: TimelineState
  #unfollow = () => {}
  #waitTimer: ReturnType<typeof setTimeout> | undefined
  #behindTimer: ReturnType<typeof setTimeout> | undefined
  #olderPause: Pause | undefined

  constructor(serverApi: ServerApi, options: FollowOptions) {
    this.#serverApi = serverApi
    this.#options = options
    const { chatId } = options
    const { random } = serverApi
    this.#readMarker = new SeqMarker({ tell: (seq) => serverApi.markRead({ chatId, seq }), random })
    this.#deliveredMarker = new SeqMarker({ tell: (seq) => serverApi.markDelivered({ chatId, seq }), random })
    this.#typing = new TypingNotice(() => serverApi.typing({ chatId }))
    const { state, effects } = startTimeline(options.remembered)
    this.#state = state
    this.#store = createStore(this.#look())
    this.#watcher = options.outbox.watch()
    this.#stops = [
      () => this.#watcher.leave(),
      options.outbox.queue.subscribe(() => this.#queueChanged()),
      options.outbox.fileMessages.subscribe(() => this.#show()),
      serverApi.connection.subscribe(() => this.#connectionChanged()),
    ]
    this.#run(effects)
  }

  getSnapshot(): Timeline {
    return this.#store.getSnapshot()
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener)
  }

  loadOlder(): Promise<void> {
    this.#send({ t: 'older' })
    if (!this.#state.loadingOlder) return Promise.resolve()
    return new Promise((resolve) => this.#waitingForOlder.add(resolve))
  }

  send(
    text: string,
    { clientMsgId = newId(), files }: Pick<SendOptions, 'clientMsgId' | 'files'> = {},
  ): PendingMessage {
    const { outbox } = this.#options
    const createdAt = new Date().toISOString()
    outbox.add({ clientMsgId, text, createdAt, files })
    this.#typing.sent()
    return outbox.find(clientMsgId) ?? { clientMsgId, text, state: 'queued', code: null, createdAt }
  }

  retry(clientMsgId: string): void {
    this.#options.outbox.retry(clientMsgId)
  }

  release(clientMsgId: string): void {
    this.#options.outbox.release(clientMsgId)
  }

  discard(clientMsgId: string): void {
    this.#options.outbox.discard(clientMsgId)
  }

  markRead(seq: number): void {
    this.#readMarker.mark(seq)
  }

  typing(): void {
    if (this.#state.kind !== 'stopped') this.#typing.keystroke()
  }

  edit(messageId: MessageId, text: string): Promise<void> {
    const input = { chatId: this.#options.chatId, messageId, text }
    return this.#change(() => this.#serverApi.edit(input))
  }

  retract(messageId: MessageId): Promise<void> {
    const input = { chatId: this.#options.chatId, messageId }
    return this.#change(() => this.#serverApi.retract(input))
  }

  #change(call: () => Promise<void>): Promise<void> {
    const { random, connection } = this.#serverApi
    return retry(call, { patienceMs: changePatienceMs, random, connection }).catch((cause: unknown) => {
      throw toSdkError(cause)
    })
  }

  newestPage(limit: number): PageOutput | null {
    const { kind } = this.#state
    if (kind === 'loading' || kind === 'failed' || this.#state.window === null) return null
    return newestPage(this.#state.window, limit)
  }

  stop(): void {
    if (this.#state.kind === 'stopped') return
    this.#send({ t: 'stop' })
    this.#readMarker.stop()
    this.#deliveredMarker.stop()
    this.#people.stop()
    clearTimeout(this.#waitTimer)
    clearTimeout(this.#behindTimer)
    this.#olderPause?.cut()
    for (const stop of this.#stops) stop()
    this.#options.onStop?.()
  }

  #send(event: TimelineEvent): void {
    const before = this.#state
    const { state, effects } = nextTimeline(before, event)
    this.#state = state
    const fresh = newEntries(before, state)
    if (fresh.length > 0) this.#arrived(fresh)
    if (state.kind === 'live' || state.kind === 'failed') this.#watcher.resumed()
    else this.#watcher.lost()
    this.#show()
    this.#run(effects)
    if (!state.loadingOlder) this.#olderIsHere()
  }

  #arrived(fresh: readonly LogEntry[]): void {
    this.#options.outbox.observe(fresh, fresh.at(-1)?.seq ?? 0)
    this.#people.entries(fresh)
    const window = this.#state.kind === 'loading' ? null : this.#state.window
    if (window === null) return
    const { delivered } = window
    const news = undelivered({ entries: fresh, delivered }, (message) => !this.#serverApi.isOwn(message))
    if (news !== null) this.#deliveredMarker.mark(news)
  }

  /** A message that was sent earlier may turn out to be stored far above in the shown log. */
  #queueChanged(): void {
    this.#options.outbox.observe([], entriesOf(this.#state).at(-1)?.seq ?? 0)
    this.#show()
  }

  #show(): void {
    this.#store.set(this.#look())
  }

  #look(): Timeline {
    const { queue, fileMessages } = this.#options.outbox
    const waiting = { queue: queue.getSnapshot(), fileMessages: fileMessages.getSnapshot() }
    return this.#view(this.#state, waiting, this.#people.state)
  }

  #run(effects: readonly TimelineEffect[]): void {
    for (const effect of effects) this.#act(effect)
  }

  #act(effect: TimelineEffect): void {
    switch (effect.do) {
      case 'load':
        void this.#load(effect)
        break
      case 'follow':
        this.#follow(effect.cursor)
        break
      case 'unfollow':
        this.#endStream()
        break
      case 'wait':
        this.#wait(effect)
        break
      case 'watch':
        this.#watch()
        break
      case 'loadOlder':
        void this.#loadOlder(effect.beforeSeq)
        break
    }
  }

  async #load({ beforeSeq, limit }: { beforeSeq?: number; limit: number }): Promise<void> {
    try {
      this.#send({ t: 'page', page: await this.#page(limit, beforeSeq) })
    } catch (error) {
      const code = this.#codeOf(errorCode(error))
      this.#send({ t: 'pageFailed', code, final: this.#isFinal(code), afterMs: retryAfterMs(error) })
    }
  }

  /** Retries until the page is loaded, refused for good, or no longer wanted, so that the caller need not. */
  async #loadOlder(beforeSeq: number): Promise<void> {
    for (let attempt = 0; this.#state.loadingOlder; attempt += 1) {
      try {
        this.#send({ t: 'olderPage', page: await this.#page(pageEntries, beforeSeq) })
        return
      } catch (error) {
        if (this.#isFinal(this.#codeOf(errorCode(error)))) this.#send({ t: 'olderFailed' })
        else await this.#restBeforeOlder(Math.max(retryAfterMs(error), retryDelayMs(attempt, this.#serverApi.random)))
      }
    }
  }

  async #restBeforeOlder(ms: number): Promise<void> {
    this.#olderPause = pause(ms)
    await this.#olderPause.over
  }

  #page(limit: number, beforeSeq?: number): Promise<PageOutput> {
    return this.#serverApi.page({ chatId: this.#options.chatId, limit, ...(beforeSeq !== undefined && { beforeSeq }) })
  }

  #follow(cursor: string): void {
    this.#endStream()
    const { chatId } = this.#options
    this.#unfollow = this.#serverApi.followChat(
      { chatId, cursor },
      {
        frame: (id, frame) => this.#frame(id, frame),
        lost: () => this.#send({ t: 'lost' }),
        ended: (ended, afterMs) => {
          const code = this.#codeOf(ended)
          this.#send({ t: 'streamEnded', code, final: this.#isFinal(code), afterMs })
        },
      },
    )
  }

  #frame(id: string, frame: ChatFrame): void {
    this.#people.frame(frame)
    this.#send({ t: 'frame', id, frame })
  }

  /** Without a code from the server the connection may have ended, and then waiting is useless. */
  #codeOf(code: ErrorCode | null): ErrorCode | null {
    const connection = this.#serverApi.connection.getSnapshot()
    return code === null && connection.kind === 'ended' ? 'unauthenticated' : code
  }

  #isFinal(code: ErrorCode | null): boolean {
    return this.#serverApi.connection.getSnapshot().kind === 'ended' || isFinal(code)
  }

  #endStream(): void {
    this.#unfollow()
    this.#unfollow = () => {}
  }

  #wait({ attempt, atLeastMs }: { attempt: number; atLeastMs: number }): void {
    const delayMs = Math.max(atLeastMs, retryDelayMs(attempt, this.#serverApi.random))
    this.#waitTimer = setTimeout(() => this.#send({ t: 'resume' }), delayMs)
  }

  #watch(): void {
    this.#behindTimer ??= setTimeout(() => {
      this.#behindTimer = undefined
      this.#send({ t: 'behind' })
    }, behindMs)
  }

  /** A new session began after the old one ended: tries again with the new one. */
  #connectionChanged(): void {
    const { kind } = this.#serverApi.connection.getSnapshot()
    if (kind === 'idle' && this.#state.kind === 'failed') this.#send({ t: 'resume' })
  }

  #olderIsHere(): void {
    const waiting = [...this.#waitingForOlder]
    this.#waitingForOlder.clear()
    for (const resolve of waiting) resolve()
  }
}

/** Returns the entries that a step added to the end of the window. */
function newEntries(before: TimelineState, after: TimelineState): readonly LogEntry[] {
  const entries = entriesOf(after)
  if (entries === entriesOf(before)) return []
  const have = entriesOf(before).at(-1)?.seq ?? 0
  return entriesAfter(entries, have)
}

function entriesOf(state: TimelineState): readonly LogEntry[] {
  return state.kind === 'loading' ? [] : (state.window?.entries ?? [])
}
