import type { Chat } from '@deskbell/contract/chats'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { InboxFrame } from '@deskbell/contract/inbox'
import type { Calls } from '../calls.ts'
import { retryDelayMs } from '../connection/retry-delay.ts'
import { mayReadAgain } from '../error-code.ts'
import { createStore } from '../store.ts'
import type { InboxFollower, InboxState } from './inbox.ts'
import { applyInboxFrame, emptyInbox, type InboxMemory, mergeRows, recallRows, withStatus } from './inbox-state.ts'

/** Follows the inbox: keeps a stream open from the last frame, and folds what it brings. */
export function followInbox(calls: Calls, options: { onStop?: () => void } = {}): InboxFollower {
  return new Follower(calls, options)
}

class Follower implements InboxFollower {
  readonly #calls: Calls
  readonly #options: { onStop?: () => void }
  readonly #store = createStore<InboxMemory>(emptyInbox)
  readonly #stopListening: () => void
  #lastEventId: string | null = null
  #unfollow = () => {}
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(calls: Calls, options: { onStop?: () => void }) {
    this.#calls = calls
    this.#options = options
    this.#stopListening = calls.connection.subscribe(() => this.#lineChanged())
    this.#follow()
  }

  getSnapshot(): InboxState {
    return this.#store.getSnapshot()
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener)
  }

  put(rows: readonly Chat[]): void {
    this.#store.set(mergeRows(this.#store.getSnapshot(), rows))
  }

  recall(rows: readonly Chat[]): void {
    this.#store.set(recallRows(this.#store.getSnapshot(), rows))
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#unfollow()
    this.#stopListening()
    this.#options.onStop?.()
  }

  #follow(): void {
    this.#unfollow()
    const input = this.#lastEventId === null ? {} : { lastEventId: this.#lastEventId }
    this.#unfollow = this.#calls.followInbox(input, {
      frame: (id, frame) => this.#take(id, frame),
      lost: () => this.#lost(),
      ended: (code, afterMs) => this.#ended(code, afterMs),
    })
  }

  #take(id: string, frame: InboxFrame): void {
    this.#lastEventId = id
    this.#attempt = 0
    this.#store.set(applyInboxFrame(this.#store.getSnapshot(), frame))
    if (frame.t !== 'reset') return
    // This position cannot be served: begin anew, and let the owner load the lists again.
    this.#lastEventId = null
    this.#follow()
  }

  #lost(): void {
    const inbox = this.#store.getSnapshot()
    if (inbox.status === 'live') this.#store.set(withStatus(inbox, 'catching-up'))
  }

  #ended(ended: ErrorCode | null, afterMs: number): void {
    const over = this.#calls.connection.getSnapshot().kind === 'ended'
    if (over || !mayReadAgain(ended)) {
      this.#store.set(withStatus(this.#store.getSnapshot(), 'failed'))
      return
    }
    this.#lost()
    const delayMs = Math.max(afterMs, retryDelayMs(this.#attempt, this.#calls.random))
    this.#attempt += 1
    this.#timer = setTimeout(() => this.#follow(), delayMs)
  }

  /** A new session began after the old one had ended: it may see other chats. */
  #lineChanged(): void {
    if (this.#stopped || this.#calls.connection.getSnapshot().kind !== 'idle') return
    if (this.#store.getSnapshot().status !== 'failed') return
    this.#lastEventId = null
    this.#store.set({ ...emptyInbox, generation: this.#store.getSnapshot().generation + 1 })
    this.#follow()
  }
}
