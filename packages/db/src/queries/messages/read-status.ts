import type { ChatId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import { sql } from 'drizzle-orm'
import { numberArray, textArray } from '../../array-text.ts'
import { lockedMessages } from '../../locks.ts'
import { preparedOnce } from '../../prepared.ts'
import { chatMarks } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import type { Executor } from '../../transaction.ts'

/** A chat, and the role of the side that has read it. */
export type ReadPlace = { chatId: ChatId; reader: Role }

/**
 * Sets `messages.status` to `read` up to the read marks, for at most `rowsMax` messages of each place. Returns the
 * places in which it has updated that many, because there may be more.
 *
 * Updates go upwards by id, so in each direction the `read` messages come before the others. So the search starts after
 * the newest `read` message, and not at the start of a long history.
 */
export async function updateReadStatus(
  executor: Executor,
  { places, rowsMax }: { places: readonly ReadPlace[]; rowsMax: number },
): Promise<ReadPlace[]> {
  // Sorted, so that two processes lock messages in the same order.
  const sorted = places.toSorted((a, b) => a.chatId - b.chatId || a.reader.localeCompare(b.reader))
  const rows = await statusUpdate(executor).execute({
    chatIds: numberArray(sorted.map(({ chatId }) => chatId)),
    readers: textArray(sorted.map(({ reader }) => reader)),
    rowsMax,
  })
  return rows.filter(({ count }) => count === rowsMax).flatMap(({ number }) => sorted[number - 1] ?? [])
}

const statusUpdate = preparedOnce((executor) => {
  const places = sql`unnest(${sql.placeholder('chatIds')}::bigint[], ${sql.placeholder('readers')}::text[])
    with ordinality as place (chat_id, reader, number)`
  const direction = sql`case when place.reader = 'operator' then 'in' else 'out' end`
  const mark = sql`coalesce((select max(${chatMarks.readSeq}) from ${chatMarks}
    where ${chatMarks.chatId} = place.chat_id and ${chatMarks.role} = place.reader), 0)`
  const followed = sql`coalesce((select done.seq from ${messages} done where done.chat_id = place.chat_id
    and done.direction = ${direction} and done.status = 'read' order by done.seq desc limit 1), 0)`
  const isDue = sql`${messages.chatId} = place.chat_id and ${messages.direction} = ${direction}
    and ${messages.status} = 'new' and ${messages.seq} > ${followed} and ${messages.seq} <= ${mark}`
  const found = lockedMessages(executor, isDue, sql.placeholder('rowsMax')).as('found')
  const due = executor.$with('due').as(
    executor
      .select({ id: found.id, number: sql<number>`place.number`.as('number') })
      .from(places)
      .crossJoinLateral(found),
  )
  const changed = executor.$with('changed', {}).as(sql`
    update ${messages} set status = 'read' from due where ${messages.id} = due.id`)
  return executor
    .with(due, changed)
    .select({
      number: sql<number>`${due.number}`.mapWith(Number).as('place_number'),
      count: sql<number>`count(*)`.mapWith(Number).as('count'),
    })
    .from(due)
    .groupBy(due.number)
    .prepare('messages_follow_marks')
})
