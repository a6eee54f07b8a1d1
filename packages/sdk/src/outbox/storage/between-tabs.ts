import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { deferred } from '../../base/timers.ts'
import type { Browser, Channel, Locks } from './browser.ts'

/** A notification to the other tabs: rows of this chat have changed, and these messages are stored. */
export type Notice = { readonly chatId: ChatId; readonly stored: readonly Message[] }

/** Notifications between tabs. They may be lost, so a sender reads the storage first. */
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

/** A tab's right to send the messages of one chat. */
export type SendLock = {
  /** Resolves when this tab may send. */
  readonly acquired: Promise<void>
  /** Releases the lock, or leaves the queue for it. */
  release(): void
}

/**
 * A tab that holds the lock may be frozen. After this the others send too: the server stores each message only once
 * anyway.
 */
const lockWaitMs = 10_000

/** Requests the lock: one tab at a time, in order. Without Web Locks every tab has it at once. */
export function acquireSendLock(locks: Locks | null, name: string): SendLock {
  if (locks === null) return { acquired: Promise.resolve(), release: () => {} }
  const leaving = new AbortController()
  const held = deferred<void>()
  const acquired = deferred<void>()
  const timer = setTimeout(() => acquired.resolve(undefined), lockWaitMs)
  const hold = () => {
    clearTimeout(timer)
    acquired.resolve(undefined)
    return held.promise
  }
  locks.request(name, { signal: leaving.signal }, hold).catch(() => acquired.resolve(undefined))
  const release = () => {
    clearTimeout(timer)
    held.resolve(undefined)
    leaving.abort()
  }
  return { acquired: acquired.promise, release }
}
