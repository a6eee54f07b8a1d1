import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { ChatFrame, FollowChatInput, ResetReason } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import { catchUpEntriesMax } from '@deskbell/contract/limits'
import type { ChatAccess } from '@deskbell/db/queries/chats/chats'
import type { Clock } from '../clock.ts'
import { maySeeChat } from '../domain/chat-policy.ts'
import { formatCursor, parseCursor } from '../log/cursor.ts'
import { withStatus } from '../log/stored-entry-view.ts'
import type { Follower } from '../streams/pushed-stream.ts'
import type { Wakeable } from '../streams/wake-queue.ts'
import type { Watch } from '../streams/watched.ts'
import type { ChatChannel } from './channel/chat-channel.ts'
import type { SizedEntry } from './channel/ring.ts'
import type { TrackedChatFrame, TrackedEntries } from './channel/tracked-chat-frame.ts'
import { OlderEntries } from './older-entries.ts'

/** What the presence frame says. */
type ClientPresence = Omit<Extract<ChatFrame, { t: 'presence' }>, 't'>

/** What all followers of a process share. */
export type FollowerContext = {
  /** The current epoch of the database. */
  epoch(): string
  /** Ids for frames without entries. */
  frameId(cursor: string): string
  clock: Clock
  /** Makes the stream ask for its next frame again. */
  wake(follower: Wakeable): void
  leave(channel: ChatChannel, follower: Wakeable): void
}

export type ChatFollowerOptions = {
  actor: Actor
  chat: Pick<ChatAccess, 'userId' | 'lastSeq'>
  channel: ChatChannel
  /** The epoch in which the follower joined the channel. */
  epoch: string
  context: FollowerContext
  input: Pick<FollowChatInput, 'cursor' | 'lastEventId'>
  /** `isBusy`: so much waits for the reader that typing is left out. */
  reader: { readonly isBusy: boolean }
  /** The stream of this follower, which has joined the channel. */
  stream: Wakeable
  /** Whether the client is online; null for a reader who may not know it. */
  presence: Watch<ClientPresence> | null
}

/**
 * One reader of one chat:
 *
 *   catching up ──(nothing left)──▶ live ──(new epoch)──▶ reset: only `hb`
 *        └──────(cursor cannot be served, or new epoch)──────▶ reset
 *
 * It has no queue of its own, only a place in the log: a slow reader reads the same ring, or the database, later.
 */
export class ChatFollower implements Follower<ChatFrame> {
  readonly #actor: Actor
  readonly #clientId: UserId
  readonly #channel: ChatChannel
  readonly #epoch: string
  readonly #context: FollowerContext
  readonly #reader: ChatFollowerOptions['reader']
  readonly #presence: ChatFollowerOptions['presence']
  readonly #stream: Wakeable
  /** Null for a follower that never needed more than the ring had. */
  #older: OlderEntries | null = null
  /** Set when the cursor cannot be served: the id of every frame then carries this cursor. */
  #refused: { cursor: string; reason: ResetReason } | null
  #state: 'catching-up' | 'live' | 'reset' = 'catching-up'
  #seq: number
  #marksVersion = 0
  #typingVersion = 0
  #sentPresence: ClientPresence | null = null

  constructor({ actor, chat, channel, epoch, context, input, reader, stream, presence }: ChatFollowerOptions) {
    this.#actor = actor
    this.#clientId = chat.userId
    this.#channel = channel
    this.#epoch = epoch
    this.#context = context
    this.#reader = reader
    this.#presence = presence
    this.#stream = stream
    const requested = input.lastEventId ?? input.cursor
    const cursor = requested === undefined ? { epoch, seq: 0 } : parseCursor(requested)
    this.#seq = cursor?.seq ?? 0
    const top = Math.max(chat.lastSeq, channel.top)
    const reason = cursor === null || cursor.epoch !== epoch ? 'foreign' : refusal(cursor.seq, top)
    this.#refused = reason && { cursor: cursor === null ? 'unreadable' : formatCursor(cursor), reason }
  }

  get isIdle(): boolean {
    const { top, marks, typing } = this.#channel
    const hasAll = this.#seq >= top && this.#marksVersion === marks.version && this.#typingVersion === typing.version
    const isLive = this.#state === 'live' && this.#presence === null
    return hasAll && isLive && !this.#channel.isVoid && this.#context.epoch() === this.#epoch
  }

  next(): TrackedChatFrame | null {
    if (this.#state === 'reset') return null
    if (this.#refused !== null) return this.#reset(this.#refused.reason)
    if (this.#channel.isVoid || this.#context.epoch() !== this.#epoch) return this.#reset('foreign')
    const older = this.#older?.take() ?? null
    if (older !== null) return this.#advance(this.#entriesFrame(older))
    const shared = this.#channel.sharedEntries(this.#seq)
    if (shared !== null) return this.#advance(shared)
    const items = this.#channel.after(this.#seq)
    if (items === null) {
      this.#older ??= new OlderEntries(this.#channel, () => this.#context.wake(this.#stream))
      this.#older.read(this.#seq)
      return null
    }
    if (items.length > 0) return this.#advance(this.#channel.share(this.#entriesFrame(items)))
    if (this.#state === 'catching-up') {
      this.#state = 'live'
      return this.#frame({ t: 'live', top: this.#seq })
    }
    return this.#receipt() ?? this.#typing() ?? this.#newPresence()
  }

  heartbeat(): TrackedChatFrame {
    return this.#frame({ t: 'hb', top: Math.max(this.#channel.top, this.#state === 'reset' ? 0 : this.#seq) })
  }

  leave(): void {
    this.#presence?.leave()
    this.#context.leave(this.#channel, this.#stream)
  }

  #reset(reason: ResetReason): TrackedChatFrame {
    this.#state = 'reset'
    return this.#frame({ t: 'reset', reason, top: this.#channel.top })
  }

  #entriesFrame(items: readonly SizedEntry[]): TrackedEntries {
    const afterSeq = this.#seq
    const marks = this.#channel.marks.read()
    const events = items.map(({ entry }) => withStatus(entry, marks))
    const first = events[0]
    const last = events.at(-1)
    if (first?.seq !== this.#seq + 1 || last === undefined) {
      throw new AppError('internal', {
        internal: `the log of chat ${this.#channel.chatId} has a gap after ${this.#seq}`,
      })
    }
    const hasAssignment = events.some((entry) => entry.kind === 'assigned')
    const id = formatCursor({ epoch: this.#epoch, seq: last.seq })
    return { id, frame: { t: 'ev', events }, afterSeq, lastSeq: last.seq, hasAssignment }
  }

  #advance(entries: TrackedEntries): TrackedChatFrame {
    if (entries.hasAssignment) this.#checkAccess()
    this.#seq = entries.lastSeq
    return entries
  }

  /** The newest mark of a user whose marks changed. A slow reader gets only the newest mark of each user. */
  #receipt(): TrackedChatFrame | null {
    const { marks } = this.#channel
    if (marks.version === this.#marksVersion) return null
    const next = marks.nextAfter(this.#marksVersion)
    if (next === null) return null
    const { userId, role, deliveredSeq, readSeq, version } = next
    this.#marksVersion = version
    return this.#sharedFrame(`mark ${version}`, { t: 'rcpt', userId, role, deliveredSeq, readSeq })
  }

  /** Another user is typing. A busy reader does not get the frame, because typing is published again soon. */
  #typing(): TrackedChatFrame | null {
    const { typing } = this.#channel
    if (typing.version === this.#typingVersion) return null
    const users = this.#reader.isBusy ? [] : typing.since(this.#typingVersion, this.#context.clock.now().getTime())
    const next = users.find(({ userId }) => userId !== this.#actor.userId)
    this.#typingVersion = next?.version ?? typing.version
    if (next === undefined) return null
    const { userId, role, until, version } = next
    return this.#sharedFrame(`typing ${version}`, { t: 'typing', userId, role, until: new Date(until).toISOString() })
  }

  #newPresence(): TrackedChatFrame | null {
    const current = this.#presence?.current() ?? null
    if (current === null || current === this.#sentPresence) return null
    this.#sentPresence = current
    return this.#frame({ t: 'presence', ...current })
  }

  /** A chat that moves to another client voids the channel. This check is for a later rule that depends on the assignment. */
  #checkAccess(): void {
    if (!maySeeChat(this.#actor, { userId: this.#clientId })) throw new AppError('not_found')
  }

  /** A frame without entries that all followers at this place share. */
  #sharedFrame(what: string, frame: ChatFrame): TrackedChatFrame {
    return this.#channel.sharedFrames.get(this.#seq, what, () => this.#frame(frame))
  }

  #frame(frame: ChatFrame): TrackedChatFrame {
    const cursor = this.#refused?.cursor ?? formatCursor({ epoch: this.#epoch, seq: this.#seq })
    return { id: this.#context.frameId(cursor), frame }
  }
}

function refusal(seq: number, top: number): ResetReason | null {
  if (seq > top) return 'future'
  return top - seq > catchUpEntriesMax ? 'too_far' : null
}
