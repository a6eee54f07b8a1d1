import type { ChatId } from '@deskbell/contract/ids'
import { sql } from 'drizzle-orm'
import { preparedOnce } from '../prepared.ts'
import { chats } from '../schema/chats.ts'
import { messages } from '../schema/messages.ts'
import type { Tx } from '../transaction.ts'
import { feedRow } from './feed.ts'

/*
 * A client waits for an answer since its first message that stands (a retracted one has no text), after the last
 * message of an operator that stands, and after the place that was waved off. A send keeps `waiting_since` by itself,
 * because a new message stands at the end of the log. What looks back reads the log anew.
 */

/** Sets `waiting_since` of an open chat from its log, as this transaction sees it; needs the chat's lock. */
export async function restoreWaiting(tx: Tx, chatId: ChatId): Promise<void> {
  await restore(tx).execute({ chatId })
}

const restore = preparedOnce((executor) => {
  const id = sql`${sql.placeholder('chatId')}::bigint`
  const answeredSeq = sql`coalesce((select seq from ${messages}
    where chat_id = ${id} and direction = 'out' and text <> '' order by seq desc limit 1), 0)`
  const firstUnanswered = sql`(select created_at from ${messages}
    where chat_id = ${id} and direction = 'in' and text <> ''
      and seq > greatest(${chats.wavedOffSeq}, ${answeredSeq})
    order by seq limit 1)`
  return executor
    .update(chats)
    .set({ waitingSince: firstUnanswered })
    .where(sql`${chats.id} = ${id} and ${chats.status} = 'open'`)
    .prepare('waiting_restore')
})

/** Up to `seq` no answer is needed, and nobody has seen a difference; needs the chat's lock. */
export async function waveOff(tx: Tx, { chatId, seq }: { chatId: ChatId; seq: number }): Promise<void> {
  await tx.update(chats).set({ wavedOffSeq: seq }).where(sql`${chats.id} = ${chatId}`).prepare('wave_off').execute()
}

/** The same where the client was waiting: a change that operators see. */
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
