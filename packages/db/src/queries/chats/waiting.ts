import type { ChatId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { preparedOnce } from '../../prepared.ts'
import { chats } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import type { Tx } from '../../transaction.ts'
import { feedRow } from '../log/feed.ts'

/*
 * A client waits since its first message after both the last message of an operator and `waved_off_seq`. Retracted
 * messages, which have no text, do not count. A send computes `waiting_since` from the previous value, because its
 * message is at the end of the log. A change of an earlier message, and a reopening, compute it from the log.
 */

/** Sets `waiting_since` of an open chat from its log, as the transaction sees it. Needs the lock of the chat. */
export async function restoreWaiting(tx: Tx, chatId: ChatId): Promise<void> {
  await restore(tx).execute({ chatId })
}

/** Not retracted. */
const hasContent = sql`(${messages.text} <> '' or ${messages.attachments} is not null)`

const restore = preparedOnce((executor) => {
  const id = sql`${sql.placeholder('chatId')}::bigint`
  const answeredSeq = sql`coalesce((select seq from ${messages}
    where chat_id = ${id} and direction = 'out' and ${hasContent} order by seq desc limit 1), 0)`
  const firstUnanswered = sql`(select created_at from ${messages}
    where chat_id = ${id} and direction = 'in' and ${hasContent}
      and seq > greatest(${chats.wavedOffSeq}, ${answeredSeq})
    order by seq limit 1)`
  return executor
    .update(chats)
    .set({ waitingSince: firstUnanswered })
    .where(sql`${chats.id} = ${id} and ${chats.status} = 'open'`)
    .prepare('waiting_restore')
})

/**
 * Stores that messages up to `seq` need no answer, in a chat that was not waiting. Lists do not change, so `rev` does
 * not rise. Needs the lock of the chat.
 */
export async function waveOff(tx: Tx, { chatId, seq }: { chatId: ChatId; seq: number }): Promise<void> {
  await tx.update(chats).set({ wavedOffSeq: seq }).where(sql`${chats.id} = ${chatId}`).prepare('wave_off').execute()
}

/** Does the same in a chat that was waiting. Operators see the change, so `rev` rises and a feed row is inserted. */
export async function endWaiting(
  tx: Tx,
  { chatId, seq, rev }: { chatId: ChatId; seq: number; rev: number },
): Promise<void> {
  await tx
    .with(feedRow(tx, chatId))
    .update(chats)
    .set({ wavedOffSeq: seq, waitingSince: null, rev })
    .where(sql`${chats.id} = ${chatId}`)
    .prepare('waiting_end')
    .execute()
}
