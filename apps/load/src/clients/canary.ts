import type { Recorder } from '../history/history-file.ts'

/** Every text of a run begins with its `clientMsgId` and a space, so it is found in any JSON, as nothing else is. */
export function canaryOf(clientMsgId: string): string {
  return `"${clientMsgId} `
}

/** Behind the `~` of a cursor, which the server ignores: this stream repeats entries on purpose. */
export const rereadMark = '~reread'

/** A message or a change of one, as it stands in a frame. */
export type CanaryEntry = {
  seq: number
  kind: string
  message?: { id: number; clientMsgId: string | null } | undefined
  data?: { messageId?: number | undefined } | undefined
}

/** The messages of a chat that one stream has delivered, and their retractions. */
export class CanaryWatch {
  readonly #chatId: number
  readonly #names: Map<number, string>
  /** The `seq` of the retraction, by message. */
  readonly #retracted: Map<number, number>

  /** A stream that begins later, on the same socket, must not bring back what an earlier one has seen retracted. */
  constructor(chatId: number, earlier?: CanaryWatch) {
    this.#chatId = chatId
    this.#names = new Map(earlier === undefined ? [] : earlier.#names)
    this.#retracted = new Map(earlier === undefined ? [] : earlier.#retracted)
  }

  /** Records every retracted message that the frame has or could have had. `raw` is the frame as it came. */
  look(entries: readonly CanaryEntry[], raw: string, record: Recorder): void {
    for (const { seq, kind, message, data } of entries) {
      if (message !== undefined && message.clientMsgId !== null) this.#names.set(message.id, message.clientMsgId)
      if (kind === 'retracted' && data?.messageId !== undefined) this.#retracted.set(data.messageId, seq)
    }
    if (this.#retracted.size === 0) return
    const here = new Set(entries.map(({ message }) => message?.id))
    for (const [messageId, seq] of this.#retracted) {
      const id = this.#names.get(messageId)
      if (id === undefined) continue
      const found = raw.includes(canaryOf(id))
      if (found || here.has(messageId)) record({ t: 'canary', chatId: this.#chatId, seq, id, found })
    }
  }
}
