import { type LogEntry, logEntrySchema } from '@deskbell/contract/events'
import type { SendBatchOutput, SendOutcome } from '@deskbell/contract/messages'
import { SdkError } from '../../base/errors.ts'
import type { ServerApi } from '../../server-api.ts'

/** A request on its way to the server. Its sender may have died or abandoned it. */
export type ModelRequest = {
  readonly ids: readonly string[]
  /** It arrives, and its answer gets back. */
  answer(): void
  /** The sender abandons it; it may still arrive. */
  giveUp(): void
  arrive(): SendBatchOutput
  refuse(code: 'rate_limited' | 'unavailable'): void
}

/** A model of the server for one chat: stores each id once, in the order of arrival. */
export class ModelChat {
  readonly log: string[] = []
  readonly requests: ModelRequest[] = []
  readonly refused = new Set<string>()
  isClosed = false

  sendBatch: ServerApi['sendBatch'] = ({ items }) =>
    new Promise((resolve, reject) => {
      const ids = items.map((item) => item.clientMsgId)
      const request: ModelRequest = {
        ids,
        answer: () => resolve(request.arrive()),
        giveUp: () => reject(new DOMException('The time is over.', 'TimeoutError')),
        arrive: () => ({ items: ids.map((id) => this.#store(id)) }),
        refuse: (code) => reject(new SdkError(code)),
      }
      this.requests.push(request)
    })

  entries(): LogEntry[] {
    return this.log.map((id) => this.#entry(id))
  }

  #store(clientMsgId: string): SendOutcome {
    const duplicate = this.log.includes(clientMsgId)
    if (!duplicate && this.isClosed) {
      this.refused.add(clientMsgId)
      return { clientMsgId, error: { code: 'chat_closed', retryable: false } }
    }
    if (!duplicate) this.log.push(clientMsgId)
    const entry = this.#entry(clientMsgId)
    if (entry.kind !== 'message') throw new Error('Only messages are stored.')
    return { clientMsgId, message: entry.message, duplicate }
  }

  #entry(clientMsgId: string): LogEntry {
    const seq = this.log.indexOf(clientMsgId) + 1
    const at = '2026-01-01T00:00:00.000Z'
    const fixed = { chatId: 1, userId: 7, direction: 'in', type: 'text', text: 'x', status: 'new' }
    const message = { ...fixed, id: seq, seq, clientMsgId, createdAt: at }
    return logEntrySchema.parse({ seq, at, actor: null, kind: 'message', message })
  }
}
