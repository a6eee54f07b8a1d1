import type { Chat } from '@deskbell/contract/chats'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { InboxFrame } from '@deskbell/contract/inbox'
import { isFinal } from '../base/errors.ts'
import { retryDelayMs } from '../base/retry.ts'
import { createStore } from '../base/store.ts'
import type { ServerApi } from '../server-api.ts'
import type { InboxFollower, InboxState } from './inbox.ts'
import { applyInboxFrame, emptyInbox, type InboxMemory, mergeRows, recallRows, withStatus } from './inbox-state.ts'

/** Follows the inbox: keeps a stream open, resumes it from the last frame, and applies its frames. */
export function followInbox(serverApi: ServerApi, options: { onStop?: () => void } = {}): InboxFollower {
  return new Follower(serverApi, options)
}

class Follower implements InboxFollower {
  readonly #serverApi: ServerApi
  readonly #options: { onStop?: () => void }
  readonly #store = createStore<InboxMemory>(emptyInbox)
  readonly #stopListening: () => void
  #lastEventId: string | null = null
  #unfollow = () => {}
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(serverApi: ServerApi, options: { onStop?: () => void }) {
    this.#serverApi = serverApi
    this.#options = options
    this.#stopListening = serverApi.connection.subscribe(() => this.#connectionChanged())
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
    this.#unfollow = this.#serverApi.followInbox(input, {
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
    // The server cannot resume from this position: start over, and let the owner load the lists again.
    this.#lastEventId = null
    this.#follow()
  }

  #lost(): void {
    const inbox = this.#store.getSnapshot()
    if (inbox.status === 'live') this.#store.set(withStatus(inbox, 'catching-up'))
  }

  #ended(ended: ErrorCode | null, afterMs: number): void {
    const over = this.#serverApi.connection.getSnapshot().kind === 'ended'
    if (over || isFinal(ended)) {
      this.#store.set(withStatus(this.#store.getSnapshot(), 'failed'))
      return
    }
    this.#lost()
    const delayMs = Math.max(afterMs, retryDelayMs(this.#attempt, this.#serverApi.random))
    this.#attempt += 1
    this.#timer = setTimeout(() => this.#follow(), delayMs)
  }

  /** A new session began after the old one ended. It may see other chats. */
  #connectionChanged(): void {
    if (this.#stopped || this.#serverApi.connection.getSnapshot().kind !== 'idle') return
    if (this.#store.getSnapshot().status !== 'failed') return
    this.#lastEventId = null
    this.#store.set({ ...emptyInbox, generation: this.#store.getSnapshot().generation + 1 })
    this.#follow()
  }
}
