import type { Database } from '@deskbell/db/database'

/** The texts of a chat, as they are in the tables. */
export type StoredTexts = {
  messages: readonly { id: number; text: string }[]
  /** The entries of the log that change a message, in the order of the log. */
  changes: readonly { seq: number; kind: string; messageId: number; text: string | null }[]
  revisions: readonly { messageId: number; seq: number }[]
}

/**
 * Checks edits and retractions. A message has the text of its newest change. Nothing follows its retraction, after
 * which the log has no text of it. Every replaced text is stored once as a revision.
 */
export function checkTexts({ messages, changes, revisions }: StoredTexts): string[] {
  return messages.flatMap(({ id, text }) => {
    const own = changes.filter((change) => change.messageId === id)
    const kept = revisions.filter((revision) => revision.messageId === id).map(({ seq }) => seq)
    const faults = checkChanges(own, text)
    if (own.map(({ seq }) => seq).join() !== kept.join()) faults.push(`keeps texts of ${kept.join()}`)
    return faults.map((fault) => `message ${id} ${fault}`)
  })
}

function checkChanges(changes: StoredTexts['changes'], text: string): string[] {
  const end = changes.findIndex(({ kind }) => kind === 'retracted')
  if (end < 0) {
    const newest = changes.at(-1)
    return newest === undefined || newest.text === text ? [] : [`does not say what the edit at ${newest.seq} says`]
  }
  const faults: string[] = []
  if (end < changes.length - 1) faults.push(`is changed after its retraction at ${changes[end]?.seq}`)
  if (text !== '') faults.push('is retracted and has a text')
  for (const change of changes)
    if ((change.text ?? '') !== '') faults.push(`is retracted, and its edit at ${change.seq} is not`)
  return faults
}

export async function readStoredTexts(db: Pick<Database, 'pool'>, chatId: number): Promise<StoredTexts> {
  const rows = async <R extends object>(text: string) => (await db.pool.query<R>(text, [chatId])).rows
  return {
    messages: await rows('select id::float8 as id, text from messages where chat_id = $1'),
    changes: await rows(
      `select seq::float8 as seq, kind, (data->>'messageId')::float8 as "messageId", data->>'text' as text
         from chat_events where chat_id = $1 and kind in ('edited', 'retracted') order by seq`,
    ),
    revisions: await rows(
      `select message_id::float8 as "messageId", r.seq::float8 as seq from message_revisions r
         join messages m on m.id = r.message_id where m.chat_id = $1 order by r.seq`,
    ),
  }
}
