import type { Actor } from '@deskbell/contract/actor'
import type { ListMessagesInput, ListMessagesOutput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import { requireVisible } from '../domain/chat-policy.ts'
import { messageView } from '../domain/message-view.ts'

/** A page of a chat's messages, ids ascending. `hasMore`: whether more follow in the direction of the page. */
export async function listMessages(core: Core, actor: Actor, input: ListMessagesInput): Promise<ListMessagesOutput> {
  const chat = requireVisible(actor, await core.queries.messages.page({ ...input, limit: input.limit + 1 }))
  const page = chat.rows.slice(0, input.limit)
  // Without `afterId` the rows come newest first.
  if (input.afterId === undefined) page.reverse()
  return { items: page.map((row) => messageView(row, chat.marks)), hasMore: chat.rows.length > page.length }
}
