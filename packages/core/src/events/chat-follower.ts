import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { ChatFrame, FollowChatInput, ResetReason } from '@deskbell/contract/events'
import { catchUpEntriesMax } from '@deskbell/contract/limits'
import { isUnavailable } from '@deskbell/db/database-error'
import type { ChatAccess } from '@deskbell/db/queries/chats'
import { maySeeChat } from '../chats/chat-policy.ts'
import type { Clock } from '../clock.ts'
import type { ClientPresence } from '../presence/presence-board.ts'
import type { Watch } from '../presence/watched.ts'
import type { ChatChannel } from './chat-channel.ts'
import { formatCursor, parseCursor } from './cursor.ts'
import { createFrameIds } from './frame-ids.ts'
import { nextHeartbeat } from './heartbeat.ts'
import type { SizedEntry } from './ring.ts'
import { withStatus } from './stored-entry-view.ts'
import type { StreamWait } from './stream-wait.ts'

export type ChatStep = { id: string; frame: ChatFrame }

export type ChatFollowerOptions = {
  actor: Actor
  chat: ChatAccess
  channel: ChatChannel
  epoch: string
  /** True once the database has another history than `epoch`. */
  isVoid: () => boolean
  input: FollowChatInput
  wait: StreamWait
  clock: Clock
  /** So much waits for the reader that typing is left out. */
  isBusy: () => boolean
  /** Is the client here; null for a reader who is not to know. */
  presence: Watch<ClientPresence> | null
}

const pageRetryMs = 500

/**
 * One reader of one chat:
 *
 *   catching up ──(nothing left)──▶ live ──(new history)──▶ reset
 *        └──────(cursor cannot be served)──────────────────▶ reset: only `hb`
 *
 * It has no queue of its own, only a place in the log: whoever is slow reads the same ring, or the database, later.
 */
export class ChatFollower {
  readonly #options: ChatFollowerOptions
  readonly #frameId = createFrameIds()
  /** The cursor the reader came with; every frame after a reset carries it. */
  readonly #cameWith: string
  #state: 'catching-up' | 'live' | 'reset' = 'catching-up'
  #refusal: ResetReason | null
  #at: number
  #marksSeen = 0
  #typingSeen = 0
  #presenceSaid: ClientPresence | null = null
  #heartbeatAt = nextHeartbeat()

  constructor(options: ChatFollowerOptions) {
    this.#options = options
    const { epoch, input, chat, channel } = options
    const came = input.lastEventId ?? input.cursor
    const cursor = came === undefined ? { epoch, seq: 0 } : parseCursor(came)
    this.#cameWith = cursor === null ? 'unreadable' : formatCursor(cursor)
    this.#at = cursor?.seq ?? 0
    const top = Math.max(chat.lastSeq, channel.top)
    this.#refusal = cursor === null || cursor.epoch !== epoch ? 'foreign' : refusal(cursor.seq, top)
  }

  /** The next frame; waits for one when there is nothing to say. */
  async next(): Promise<ChatStep> {
    for (;;) {
      const step = await this.#nextStep()
      if (step !== null) {
        this.#heartbeatAt = nextHeartbeat()
        return step
      }
      const outcome = await this.#options.wait.pause(this.#heartbeatAt - performance.now())
      if (outcome === 'timeout') {
        this.#heartbeatAt = nextHeartbeat()
        return this.#beside({ t: 'hb', top: this.#top() })
      }
    }
  }

  /** What may really be sent, once sending is possible: the history may have changed while the frame waited. */
  confirm(step: ChatStep): ChatStep | null {
    if (this.#state !== 'reset' && this.#options.isVoid()) return this.#reset('foreign')
    return step.frame.t === 'typing' && Date.parse(step.frame.until) <= this.#now() ? null : step
  }

  #reset(reason: ResetReason): ChatStep {
    this.#state = 'reset'
    return this.#beside({ t: 'reset', reason, top: this.#options.channel.top })
  }

  async #nextStep(): Promise<ChatStep | null> {
    if (this.#state === 'reset') return null
    if (this.#refusal !== null) return this.#reset(this.#refusal)
    if (this.#options.isVoid()) return this.#reset('foreign')
    const items = this.#options.channel.after(this.#at) ?? (await this.#page())
    if (items.length > 0) return this.#entries(items)
    if (this.#state === 'catching-up') {
      this.#state = 'live'
      return this.#beside({ t: 'live', top: this.#at })
    }
    return this.#receipt() ?? this.#typing() ?? this.#presence()
  }

  #entries(items: readonly SizedEntry[]): ChatStep {
    const marks = this.#options.channel.marks.read()
    const events = items.map(({ entry }) => withStatus(entry, marks))
    const first = events[0]
    const last = events.at(-1)
    if (first?.seq !== this.#at + 1 || last === undefined) {
      throw new AppError('internal', {
        internal: `the log of chat ${this.#options.chat.id} has a gap after ${this.#at}`,
      })
    }
    if (events.some((entry) => entry.kind === 'assigned')) this.#checkAccess()
    this.#at = last.seq
    return { id: this.#cursor(), frame: { t: 'ev', events } }
  }

  /** The newest mark of somebody; a reader who is slow gets only that. */
  #receipt(): ChatStep | null {
    const { marks } = this.#options.channel
    if (marks.version === this.#marksSeen) return null
    const next = marks.since(this.#marksSeen)[0]
    if (next === undefined) return null
    this.#marksSeen = next.version
    const { userId, role, deliveredSeq, readSeq } = next
    return this.#beside({ t: 'rcpt', userId, role, deliveredSeq, readSeq })
  }

  /** Somebody else writes. Not worth a place in a queue: a reader who is busy is not told, and the next telling is near. */
  #typing(): ChatStep | null {
    const { channel, actor, isBusy } = this.#options
    const { version } = channel.typing
    if (version === this.#typingSeen) return null
    const writers = isBusy() ? [] : channel.typing.since(this.#typingSeen, this.#now())
    const next = writers.find(({ userId }) => userId !== actor.userId)
    this.#typingSeen = next?.version ?? version
    if (next === undefined) return null
    const { userId, role, until } = next
    return this.#beside({ t: 'typing', userId, role, until: new Date(until).toISOString() })
  }

  #presence(): ChatStep | null {
    const current = this.#options.presence?.current() ?? null
    if (current === null || current === this.#presenceSaid) return null
    this.#presenceSaid = current
    return this.#beside({ t: 'presence', ...current })
  }

  /** A stream that runs outlives the database: it waits until it is back. */
  async #page(): Promise<SizedEntry[]> {
    const { wait, channel } = this.#options
    for (;;) {
      try {
        return await wait.until(channel.page(this.#at))
      } catch (error) {
        if (!isUnavailable(error)) throw error
        await wait.pause(pageRetryMs)
      }
    }
  }

  /** Clients keep their chats and operators see all, so far; a rule that can change is asked here again. */
  #checkAccess(): void {
    if (!maySeeChat(this.#options.actor, this.#options.chat)) throw new AppError('not_found')
  }

  #beside(frame: ChatFrame): ChatStep {
    return { id: this.#frameId(this.#cursor()), frame }
  }

  #cursor(): string {
    if (this.#refusal !== null) return this.#cameWith
    return formatCursor({ epoch: this.#options.epoch, seq: this.#at })
  }

  #now(): number {
    return this.#options.clock.now().getTime()
  }

  #top(): number {
    return Math.max(this.#options.channel.top, this.#state === 'reset' ? 0 : this.#at)
  }
}

function refusal(seq: number, top: number): ResetReason | null {
  if (seq > top) return 'future'
  return top - seq > catchUpEntriesMax ? 'too_far' : null
}
