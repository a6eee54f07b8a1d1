import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, LogEntry, PageOutput } from '@deskbell/contract/events'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { Calls } from '../calls.ts'
import { type Pause, pause } from '../connection/pause.ts'
import { retryDelayMs } from '../connection/retry-delay.ts'
import { errorCode, mayReadAgain, retryAfterMs } from '../error-code.ts'
import { finalOutcome } from '../final-outcome.ts'
import { newId } from '../new-id.ts'
import type { ChatOutbox } from '../outbox/chat-outbox.ts'
import type { PendingMessage } from '../outbox/pending-message.ts'
import { toPending } from '../outbox/queue-state.ts'
import type { Watcher } from '../outbox/resume-gate.ts'
import { createStore } from '../store.ts'
import { entriesAfter } from './entries-after.ts'
import { newestPage, undelivered } from './log-window.ts'
import { nextTimeline } from './next-timeline.ts'
import { People } from './people.ts'
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
import { TypingNotice } from './typing-notice.ts'

export type FollowOptions = {
  chatId: ChatId
  outbox: ChatOutbox
  /** Shown at once, and followed from. */
  remembered?: PageOutput | undefined
  onStop?: () => void
}

/** How long the log may be longer than what is here before the stream is opened anew. */
const behindMs = 2_000

/** Follows a chat: runs the timeline's machine, and does what it asks for. */
export function followChat(calls: Calls, options: FollowOptions): ChatFollower {
  return new Follower(calls, options)
}

class Follower implements ChatFollower {
  readonly #calls: Calls
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

  constructor(calls: Calls, options: FollowOptions) {
    this.#calls = calls
    this.#options = options
    const { chatId } = options
    const { random } = calls
    this.#readMarker = new SeqMarker({ tell: (seq) => calls.markRead({ chatId, seq }), random })
    this.#deliveredMarker = new SeqMarker({ tell: (seq) => calls.markDelivered({ chatId, seq }), random })
    this.#typing = new TypingNotice(() => calls.typing({ chatId }))
    const { state, effects } = startTimeline(options.remembered)
    this.#state = state
    this.#store = createStore(this.#look())
    this.#watcher = options.outbox.watch()
    this.#stops = [
      () => this.#watcher.leave(),
      options.outbox.queue.subscribe(() => this.#queueChanged()),
      calls.connection.subscribe(() => this.#lineChanged()),
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

  send(text: string, { clientMsgId = newId() }: { clientMsgId?: string } = {}): PendingMessage {
    const createdAt = new Date().toISOString()
    this.#options.outbox.add({ clientMsgId, text, createdAt })
    this.#typing.sent()
    const item = this.#options.outbox.queue.getSnapshot().find((other) => other.clientMsgId === clientMsgId)
    return item === undefined ? { clientMsgId, text, state: 'queued', code: null, createdAt } : toPending(item)
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
    return finalOutcome(() => this.#calls.edit(input), this.#calls)
  }

  retract(messageId: MessageId): Promise<void> {
    const input = { chatId: this.#options.chatId, messageId }
    return finalOutcome(() => this.#calls.retract(input), this.#calls)
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
    const news = window === null ? null : undelivered(window, (message) => !this.#calls.isOwn(message))
    if (news !== null) this.#deliveredMarker.mark(news)
  }

  /** A message that was sent before may turn out to stand far above in the log that is shown. */
  #queueChanged(): void {
    this.#options.outbox.observe([], entriesOf(this.#state).at(-1)?.seq ?? 0)
    this.#show()
  }

  #show(): void {
    this.#store.set(this.#look())
  }

  #look(): Timeline {
    return this.#view(this.#state, this.#options.outbox.queue.getSnapshot(), this.#people.state)
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

  /** Until it is here, refused for good, or wanted no more: who asks for it need not ask again. */
  async #loadOlder(beforeSeq: number): Promise<void> {
    for (let attempt = 0; this.#state.loadingOlder; attempt += 1) {
      try {
        this.#send({ t: 'olderPage', page: await this.#page(pageEntries, beforeSeq) })
        return
      } catch (error) {
        if (this.#isFinal(this.#codeOf(errorCode(error)))) this.#send({ t: 'olderFailed' })
        else await this.#restBeforeOlder(Math.max(retryAfterMs(error), retryDelayMs(attempt, this.#calls.random)))
      }
    }
  }

  async #restBeforeOlder(ms: number): Promise<void> {
    this.#olderPause = pause(ms)
    await this.#olderPause.over
  }

  #page(limit: number, beforeSeq?: number): Promise<PageOutput> {
    return this.#calls.page({ chatId: this.#options.chatId, limit, ...(beforeSeq !== undefined && { beforeSeq }) })
  }

  #follow(cursor: string): void {
    this.#endStream()
    const { chatId } = this.#options
    this.#unfollow = this.#calls.followChat(
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

  /** Without a code from the server: the line may have ended, and then nothing is to be waited for. */
  #codeOf(code: ErrorCode | null): ErrorCode | null {
    const line = this.#calls.connection.getSnapshot()
    return code === null && line.kind === 'ended' ? 'unauthenticated' : code
  }

  #isFinal(code: ErrorCode | null): boolean {
    return this.#calls.connection.getSnapshot().kind === 'ended' || !mayReadAgain(code)
  }

  #endStream(): void {
    this.#unfollow()
    this.#unfollow = () => {}
  }

  #wait({ attempt, atLeastMs }: { attempt: number; atLeastMs: number }): void {
    clearTimeout(this.#waitTimer)
    const delayMs = Math.max(atLeastMs, retryDelayMs(attempt, this.#calls.random))
    this.#waitTimer = setTimeout(() => this.#send({ t: 'resume' }), delayMs)
  }

  #watch(): void {
    this.#behindTimer ??= setTimeout(() => {
      this.#behindTimer = undefined
      this.#send({ t: 'behind' })
    }, behindMs)
  }

  /** A new session began after the old one had ended: try again as the new one. */
  #lineChanged(): void {
    const { kind } = this.#calls.connection.getSnapshot()
    if (kind === 'idle' && this.#state.kind === 'failed') this.#send({ t: 'resume' })
  }

  #olderIsHere(): void {
    const waiting = [...this.#waitingForOlder]
    this.#waitingForOlder.clear()
    for (const resolve of waiting) resolve()
  }
}

/** What a step brought to the end of the window. */
function newEntries(before: TimelineState, after: TimelineState): readonly LogEntry[] {
  const entries = entriesOf(after)
  if (entries === entriesOf(before)) return []
  const have = entriesOf(before).at(-1)?.seq ?? 0
  return entriesAfter(entries, have)
}

function entriesOf(state: TimelineState): readonly LogEntry[] {
  return state.kind === 'loading' ? [] : (state.window?.entries ?? [])
}
