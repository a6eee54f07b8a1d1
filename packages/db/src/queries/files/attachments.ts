import type { Attachment } from '@deskbell/contract/attachments'
import type { ChatId } from '@deskbell/contract/ids'
import type { MessageType } from '@deskbell/contract/messages'
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import { numberArray, textArray } from '../../array-text.ts'
import { files } from '../../schema/files.ts'
import { messages } from '../../schema/messages.ts'
import type { Tx } from '../../transaction.ts'

/** A file, as it is stored. */
export type FileRow = typeof files.$inferSelect

/**
 * Returns those of these files that a message may take, and locks them, so that none is removed meanwhile. Needs the
 * locks of their chats, so that no other message takes one.
 */
export async function lockUnusedFiles(tx: Tx, { ids, now }: { ids: readonly string[]; now: Date }): Promise<FileRow[]> {
  if (ids.length === 0) return []
  return await tx
    .select()
    .from(files)
    .where(
      and(inArray(files.id, [...ids]), eq(files.state, 'ready'), isNull(files.messageSeq), gt(files.expiresAt, now)),
    )
    .orderBy(asc(files.id))
    .for('update')
}

/** A message that is stored in the same transaction. */
type Attaching = { chatId: ChatId; seq: number; type: MessageType; attachments: readonly Attachment[] | null }

/** Gives new messages their attachments. Needs the locks of the chats and of the files. */
export async function attachFiles(tx: Tx, rows: readonly Attaching[]): Promise<void> {
  const attaching = rows.filter(({ attachments }) => attachments !== null)
  if (attaching.length === 0) return
  const taken = attaching.flatMap(({ seq, attachments }) => (attachments ?? []).map(({ id }) => ({ id, seq })))
  const takes = sql`unnest(${textArray(taken.map(({ id }) => id))}::text[],
    ${numberArray(taken.map(({ seq }) => seq))}::bigint[]) as take (id, seq)`
  const changes = sql`unnest(${numberArray(attaching.map(({ chatId }) => chatId))}::bigint[],
    ${numberArray(attaching.map(({ seq }) => seq))}::bigint[], ${textArray(attaching.map(({ type }) => type))}::text[],
    ${textArray(attaching.map(({ attachments }) => JSON.stringify(attachments)))}::text[])
    as change (chat_id, seq, type, attachments)`
  await tx.execute(sql`with taken as (
      update ${files} set message_seq = take.seq from ${takes} where ${files.id} = take.id)
    update ${messages} set type = change.type, attachments = change.attachments::jsonb
    from ${changes} where ${messages.chatId} = change.chat_id and ${messages.seq} = change.seq`)
}

/** Removes the attachments of a retracted message and the rows of its files. Needs the lock of the chat. */
export async function detachFiles(tx: Tx, { chatId, seq }: { chatId: ChatId; seq: number }): Promise<void> {
  const gone = tx.$with('gone').as(
    tx
      .delete(files)
      .where(and(eq(files.chatId, chatId), eq(files.messageSeq, seq)))
      .returning({ id: files.id }),
  )
  await tx
    .with(gone)
    .update(messages)
    .set({ type: 'text', attachments: null })
    .where(and(eq(messages.chatId, chatId), eq(messages.seq, seq)))
    .prepare('message_detach')
    .execute()
}
