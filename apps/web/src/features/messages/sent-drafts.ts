import type { DraftPlace } from './drafts.ts'

type Sent = DraftPlace & { readonly text: string }

let channel: BroadcastChannel | null = null

/** One for the page: a channel does not hear its own words. */
function sentDrafts(): BroadcastChannel | null {
  if (typeof BroadcastChannel === 'undefined') return null
  channel ??= new BroadcastChannel('deskbell-sent-drafts')
  return channel
}

/** Tells the other tabs that this text of this chat was sent. */
export function tellSent({ userId, chatId }: DraftPlace, text: string): void {
  sentDrafts()?.postMessage({ userId, chatId, text } satisfies Sent)
}

/** Calls `onSent` with each text of this chat that another tab sends. Returns how to stop. */
export function watchSent({ userId, chatId }: DraftPlace, onSent: (text: string) => void): () => void {
  const heard = ({ data }: MessageEvent<unknown>) => {
    if (isSent(data) && data.userId === userId && data.chatId === chatId) onSent(data.text)
  }
  const from = sentDrafts()
  from?.addEventListener('message', heard)
  return () => from?.removeEventListener('message', heard)
}

/** Another tab may run another version of this page. */
function isSent(value: unknown): value is Sent {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'userId') === 'number' && typeof Reflect.get(value, 'text') === 'string'
}
