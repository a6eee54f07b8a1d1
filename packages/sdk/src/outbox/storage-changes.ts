import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import type { NewRow, OutboxStorage } from './outbox-storage.ts'
import type { NewItem, Queue, QueueItem } from './queue-state.ts'

/** What the storage has to hear when the queue has changed. */
export type StorageChange =
  | { readonly do: 'add' | 'retry' | 'release'; readonly item: NewItem }
  | { readonly do: 'refuse'; readonly item: NewItem; readonly code: ErrorCode | null }
  | { readonly do: 'remove'; readonly clientMsgId: string }

/** A stored message needs no place any more: it stands in the log. */
export function storageChanges(before: Queue, after: Queue): StorageChange[] {
  const known = new Map(before.map((item) => [item.clientMsgId, item]))
  const left = new Set(after.map((item) => item.clientMsgId))
  const gone = before.filter((item) => !left.has(item.clientMsgId) && item.stage !== 'stored')
  return [
    ...gone.map(({ clientMsgId }): StorageChange => ({ do: 'remove', clientMsgId })),
    ...after.flatMap((item) => changeOf(known.get(item.clientMsgId), item) ?? []),
  ]
}

export async function applyChange(storage: OutboxStorage, chatId: ChatId, change: StorageChange): Promise<void> {
  switch (change.do) {
    case 'add':
      return await storage.add([toRow(chatId, change.item)])
    case 'remove':
      return await storage.remove([{ chatId, clientMsgId: change.clientMsgId }])
    case 'refuse':
      return await storage.change(toRow(chatId, change.item), { code: change.code }, 'stays')
    case 'retry':
      return await storage.change(toRow(chatId, change.item), { code: null, waitsSince: change.item.waitsSince }, 'end')
    case 'release':
      return await storage.change(toRow(chatId, change.item), { waitsSince: change.item.waitsSince }, 'stays')
  }
}

export function toRow(chatId: ChatId, { clientMsgId, text, createdAt, waitsSince }: NewItem): NewRow {
  return { chatId, clientMsgId, text, createdAt, waitsSince }
}

function changeOf(before: QueueItem | undefined, item: QueueItem): StorageChange | null {
  if (before === undefined) return item.stage === 'stored' ? null : { do: 'add', item }
  if (before.stage === item.stage) return null
  if (item.stage === 'stored') return { do: 'remove', clientMsgId: item.clientMsgId }
  if (item.stage === 'failed') return { do: 'refuse', item, code: item.code }
  if (before.stage === 'failed') return { do: 'retry', item }
  return before.stage === 'held' ? { do: 'release', item } : null
}
