import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { Browser, Channel } from './browser.ts'

/** What a tab tells the others: the kept messages of this chat have changed, and these of them are stored. */
export type Notice = { readonly chatId: ChatId; readonly stored: readonly Message[] }

/** A word from tab to tab. It may be lost; whoever sends looks into the storage first. */
export class Notices {
  readonly #channel: Channel | null

  constructor(Type: Browser['BroadcastChannel'], name: string, hear: (notice: Notice) => void) {
    this.#channel = Type === null ? null : new Type(name)
    this.#channel?.addEventListener('message', (event) => {
      const notice: unknown = 'data' in event ? event.data : null
      if (isNotice(notice)) hear(notice)
    })
  }

  tell(notice: Notice): void {
    try {
      this.#channel?.postMessage(notice)
    } catch {}
  }

  close(): void {
    this.#channel?.close()
  }
}

/** Another tab may run another version of this program. */
function isNotice(value: unknown): value is Notice {
  if (typeof value !== 'object' || value === null) return false
  const stored: unknown = Reflect.get(value, 'stored')
  return typeof Reflect.get(value, 'chatId') === 'number' && Array.isArray(stored) && stored.every(isStored)
}

function isStored(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'clientMsgId') === 'string' && typeof Reflect.get(value, 'seq') === 'number'
}
