import type { ChatId } from '@deskbell/contract/ids'
import type { Direction } from '@deskbell/contract/messages'
import { and, eq, gt, lte, sql } from 'drizzle-orm'
import { lockedMessages } from '../locks.ts'
import { chatMarks } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import type { Executor } from '../transaction.ts'

/**
 * Lets `messages.status` follow the other side's mark, for at most `limit` messages of one direction.
 * What is already `read` is always the beginning of the direction, because batches go upwards,
 * so the search starts after the newest `read` one and not at the start of a long history.
 * Answers how many rows changed.
 */
export async function updateReadStatus(
  executor: Executor,
  input: { chatId: ChatId; direction: Direction; limit: number },
): Promise<number> {
  const { chatId, direction, limit } = input
  const reader = direction === 'in' ? 'operator' : 'client'
  const mark = sql`coalesce((select max(${chatMarks.readSeq}) from ${chatMarks}
    where ${chatMarks.chatId} = ${chatId} and ${chatMarks.role} = ${reader}), 0)`
  const followed = sql`coalesce((select done.seq from ${messages} done where done.chat_id = ${chatId}
    and done.direction = ${direction} and done.status = 'read' order by done.seq desc limit 1), 0)`
  const due = executor
    .$with('due')
    .as(
      lockedMessages(
        executor,
        and(
          eq(messages.chatId, chatId),
          eq(messages.direction, direction),
          eq(messages.status, 'new'),
          gt(messages.seq, followed),
          lte(messages.seq, mark),
        ),
        limit,
      ),
    )
  const changed = await executor
    .with(due)
    .update(messages)
    .set({ status: 'read' })
    .where(sql`${messages.id} in (select ${due.id} from ${due})`)
    .returning({ id: messages.id })
    .prepare('messages_follow_marks')
    .execute()
  return changed.length
}
