import type { Actor } from '@deskbell/contract/actor'
import type { ListChatsInput, ListChatsOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { ChatsFilter } from '@deskbell/db/queries/chat-lists'
import type { Core } from '../context.ts'
import { chatView } from './chat-view.ts'
import { decodeListCursor, encodeListCursor } from './list-cursor.ts'

/** A client's own chats, or an operator's lists; most recent activity first. */
export async function listChats(core: Core, actor: Actor, input: ListChatsInput): Promise<ListChatsOutput> {
  const filter = listFilter(actor, input)
  const rows = await core.queries.chats.list({ ...filter, limit: input.limit + 1 })
  const page = rows.slice(0, input.limit)
  const last = page.at(-1)
  const hasMore = rows.length > page.length
  return {
    items: page.map((row) => chatView(row, actor.role)),
    nextCursor: hasMore && last !== undefined ? encodeListCursor(last) : null,
  }
}

function listFilter(actor: Actor, input: ListChatsInput): ChatsFilter {
  const page = {
    askerId: actor.userId,
    limit: input.limit,
    after: input.cursor === undefined ? undefined : decodeListCursor(input.cursor),
  }
  if (actor.role === 'operator') return { ...page, scope: input.scope ?? 'all', status: input.status ?? 'open' }
  if (input.scope !== undefined && input.scope !== 'all') {
    throw new AppError('invalid_input', { issues: [{ path: 'scope', message: 'is for operators only' }] })
  }
  return { ...page, scope: 'own', status: input.status ?? 'all' }
}
