import type { LogEntry } from '@deskbell/contract/events'
import type { Message } from '@deskbell/contract/messages'
import type { ChatFollower, Timeline } from '@deskbell/sdk'
import type { SideMarks } from '@deskbell/testkit/history/history-line'
import { contentOf } from '@deskbell/testkit/history/read-run'
import { now } from '../clock.ts'
import type { Recorder } from '../history/history-file.ts'
import type { ExpectedChat } from './orders.ts'

export type WatchOptions = {
  chatId: number
  record: Recorder
  /** A message arrived, sent at this moment. */
  onApplied: (message: Message, sentAt: number) => void
}

/** Stands for a user with an open chat: records what becomes of own messages, and who is shown as typing. */
export class ChatWatch {
  readonly follower: ChatFollower
  readonly #options: WatchOptions
  readonly #bubbles = new Set<string>()
  readonly #typing = new Set<number>()
  readonly #stopListening: () => void
  #seen = 0

  constructor(follower: ChatFollower, options: WatchOptions) {
    this.follower = follower
    this.#options = options
    this.#stopListening = follower.subscribe(() => this.#recordState(follower.getSnapshot()))
  }

  get timeline(): Timeline {
    return this.follower.getSnapshot()
  }

  get head(): number {
    return this.timeline.entries.at(-1)?.seq ?? 0
  }

  /** Messages of others and own ones that may still be changed. */
  messages(count: number): Message[] {
    return this.timeline.entries.slice(-count).flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
  }

  /** Shows a message, as a page does, and follows it to its end. */
  show(id: string, text: string): void {
    const { chatId, record } = this.#options
    this.#bubbles.add(id)
    record({ t: 'bubble', chatId, id, state: 'shown' })
    record({ t: 'invoke', op: id, action: 'send', chatId, id })
    this.follower.send(text, { clientMsgId: id })
  }

  get waiting(): number {
    return this.#bubbles.size
  }

  /** What the window lacks of a stored chat; null when nothing. Marks may be above those that were read before. */
  missing({ lastSeq, marks }: ExpectedChat, online: boolean): string | null {
    const { status, presence } = this.timeline
    if (this.head !== lastSeq || status !== 'live') return `is ${status} at seq ${this.head} of ${lastSeq}`
    const low = markKinds.some((kind) => sides.some((side) => this.timeline[kind][side] < marks[kind][side]))
    if (low) return `shows the marks ${JSON.stringify(marksOf(this.timeline))}, stored are ${JSON.stringify(marks)}`
    return online && presence?.online !== true ? `shows the client as ${JSON.stringify(presence)}` : null
  }

  recordWindow(): void {
    const { status, entries, presence } = this.timeline
    const { chatId, record } = this.#options
    const shown = entries.map((entry): [number, string] => [entry.seq, shownContent(entry)])
    record({
      t: 'window',
      chatId,
      status,
      entries: shown,
      present: presence?.online ?? null,
      marks: marksOf(this.timeline),
    })
  }

  stop(): void {
    this.#stopListening()
    this.follower.stop()
  }

  #recordState(timeline: Timeline): void {
    const fresh = newEntries(timeline, this.#seen)
    this.#seen = Math.max(this.#seen, timeline.entries.at(-1)?.seq ?? 0)
    const pending = new Map(timeline.pending.map((item) => [item.clientMsgId, item]))
    for (const entry of fresh) if (entry.kind === 'message') this.#arrived(entry.message, pending)
    for (const id of this.#bubbles) {
      const item = pending.get(id)
      if (item === undefined) this.#bubble(id, 'gone')
      else if (item.state === 'failed') this.#failed(id, item.code)
    }
    this.#recordTyping(timeline)
  }

  #arrived(message: Message, pending: ReadonlyMap<string, unknown>): void {
    const id = message.clientMsgId ?? ''
    if (this.#bubbles.has(id)) {
      this.#bubble(id, pending.has(id) ? 'doubled' : 'sent')
      this.#options.record({ t: 'ok', op: id, seq: message.seq })
    }
    const sentAt = Number(message.text.split(' ')[1])
    if (sentAt > 0 && sentAt <= now()) this.#options.onApplied(message, sentAt)
  }

  #failed(id: string, code: string): void {
    this.#options.record({ t: 'fail', op: id, code })
    this.#bubble(id, 'failed')
    // Not now: the SDK is in the middle of telling its listeners.
    queueMicrotask(() => this.follower.discard(id))
  }

  #bubble(id: string, state: 'sent' | 'failed' | 'gone' | 'doubled'): void {
    this.#bubbles.delete(id)
    this.#options.record({ t: 'bubble', chatId: this.#options.chatId, id, state })
  }

  #recordTyping(timeline: Timeline): void {
    const { chatId, record } = this.#options
    const shown = new Set(timeline.typing.map((user) => Number(user.userId)))
    for (const userId of shown) if (!this.#typing.has(userId)) record({ t: 'shownTyping', chatId, userId, shown: true })
    for (const userId of this.#typing)
      if (!shown.has(userId)) record({ t: 'shownTyping', chatId, userId, shown: false })
    this.#typing.clear()
    for (const userId of shown) this.#typing.add(userId)
  }
}

const markKinds = ['delivered', 'read'] as const
const sides = ['client', 'operator'] as const

function marksOf({ delivered, read }: Timeline): SideMarks {
  return { delivered: { ...delivered }, read: { ...read } }
}

function newEntries({ entries }: Timeline, seen: number): readonly LogEntry[] {
  let first = entries.length
  while (first > 0 && (entries[first - 1]?.seq ?? 0) > seen) first -= 1
  return entries.slice(first)
}

function shownContent(entry: LogEntry): string {
  switch (entry.kind) {
    case 'message':
      return contentOf({
        kind: entry.kind,
        id: entry.message.id,
        text: entry.message.text,
        files: entry.message.attachments.map((file) => file.id),
      })
    case 'edited':
    case 'retracted':
      return contentOf({ kind: entry.kind, id: entry.data.messageId, text: null })
    case 'assigned':
    case 'closed':
    case 'reopened':
      return contentOf({ kind: entry.kind, id: null, text: null })
  }
}
