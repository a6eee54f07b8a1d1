import type { Actor } from '@deskbell/contract/actor'
import type { ListChatsInput, ListChatsOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { ChatsFilter } from '@deskbell/db/queries/chats/chat-lists'
import type { Core } from '../context.ts'
import { chatView } from '../domain/chat-view.ts'
import { decodeListCursor, encodeListCursor, positionOf } from './list-cursor.ts'

/** A page of a client's own chats, or of an operator's lists: latest activity first, or longest waiting first. */
export async function listChats(core: Core, actor: Actor, input: ListChatsInput): Promise<ListChatsOutput> {
  const filter = listFilter(actor, input)
  const rows = await core.queries.chats.list({ ...filter, limit: input.limit + 1 })
  const page = rows.slice(0, input.limit)
  const last = page.at(-1)
  const hasMore = rows.length > page.length
  return {
    items: page.map((row) => chatView(row, actor.role)),
    nextCursor: hasMore && last !== undefined ? encodeListCursor(positionOf(last, filter.sort), filter.sort) : null,
  }
}

function listFilter(actor: Actor, input: ListChatsInput): ChatsFilter {
  const sort = input.sort ?? 'activity'
  if (actor.role === 'client') assertOfClients(input)
  const page = {
    askerId: actor.userId,
    limit: input.limit,
    sort,
    after: input.cursor === undefined ? undefined : decodeListCursor(input.cursor, sort),
  }
  if (actor.role === 'operator') return { ...page, scope: input.scope ?? 'all', status: input.status ?? 'open' }
  return { ...page, scope: 'own', status: input.status ?? 'all' }
}

/** A client may name only the defaults of `scope` and `sort`. Throws `invalid_input` for others. */
function assertOfClients({ scope = 'all', sort = 'activity' }: ListChatsInput): void {
  const wrong = [...(scope === 'all' ? [] : ['scope']), ...(sort === 'activity' ? [] : ['sort'])]
  if (wrong.length === 0) return
  throw new AppError('invalid_input', { issues: wrong.map((path) => ({ path, message: 'is for operators only' })) })
}
