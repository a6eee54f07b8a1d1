import { createHash } from 'node:crypto'
import type { Actor } from '@deskbell/contract/actor'
import type { LogEntry } from '@deskbell/contract/events'
import type { Message, SendBatchInput, SendItem } from '@deskbell/contract/messages'
import { violatedConstraint } from '@deskbell/db/database-error'
import { type LockedChat, lockChat } from '@deskbell/db/locks'
import { readSendContext, type SentRow, writeMessages } from '@deskbell/db/queries/messages'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import { requireVisible } from '../chats/chat-policy.ts'
import type { Core } from '../context.ts'
import { entryTime } from '../events/entry-time.ts'
import { type ChangedChat, headOf, publishChat } from '../events/publish-chat.ts'
import { decideSends, type SendAnswer, type SendCommand, type SendDecision } from './decide-sends.ts'
import { messageView } from './message-view.ts'

/*
 * One transaction, in this order:
 *
 *   lock the chat                    whoever gets it first stands first in the log
 *   look for replays, read the clock a new statement, so it sees what was committed during the wait
 *   decide                           replay, reused, closed, or the next places
 *   write messages, chat and feed    one statement
 *   commit
 *   publish                          never before the commit
 *
 * Reading the status without the lock, or together with it, lets a message in behind a close.
 */

export type ItemAnswer =
  | { message: Message; duplicate: boolean }
  | { refused: Extract<SendAnswer, { outcome: 'refused' }>['code'] }

/** Stores a batch in array order; each item has its answer. Trouble with the whole is thrown. */
export async function sendItems(core: Core, actor: Actor, input: SendBatchInput): Promise<ItemAnswer[]> {
  const commands = input.items.map(toCommand)
  const sent = await sendOnce(core, commands.length, (tx) => sendUnderLock(tx, { actor, input, commands }))
  if (sent.entries.length > 0) publishChat(core, sent.chat, sent.entries)
  return sent.answers
}

/** The text was normalised by the schema, so the same message always has the same hash. */
function toCommand(item: SendItem): SendCommand {
  const bodyHash = createHash('sha256').update(item.text).digest('hex')
  return { clientMsgId: item.clientMsgId, text: item.text, bodyHash }
}

/**
 * The same id may race on another chat, which has another lock: then the unique index refuses the later one.
 * The whole is rolled back and decided anew, and this time the look-up finds the first message.
 */
async function sendOnce<T>(core: Core, itemCount: number, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let racesLeft = itemCount; ; racesLeft -= 1) {
    try {
      return await inTransaction(core.db, work)
    } catch (error) {
      if (violatedConstraint(error) !== 'uniq_client_msg_user' || racesLeft === 0) throw error
    }
  }
}

type Request = { actor: Actor; input: SendBatchInput; commands: SendCommand[] }
type Sent = { answers: ItemAnswer[]; entries: LogEntry[]; chat: ChangedChat }

async function sendUnderLock(tx: Tx, { actor, input, commands }: Request): Promise<Sent> {
  const chat = requireVisible(actor, await lockChat(tx, input.chatId))
  const clientMsgIds = commands.map((command) => command.clientMsgId)
  const context = await readSendContext(tx, { chatId: chat.id, userId: actor.userId, clientMsgIds })
  const at = entryTime(context.now, chat.lastEntryAt)
  const decision = decideSends({ chat, sender: actor, at, sent: context.sent }, commands)
  const stored = (await storeRows(tx, chat, decision.write)).map((row) => messageView(row, context.marks))
  return {
    answers: decision.answers.map((answer) => toItemAnswer(answer, stored, (row) => messageView(row, context.marks))),
    entries: stored.map((message) => toEntry(actor, message)),
    chat: headOf(chat, decision.write?.head ?? chat),
  }
}

async function storeRows(tx: Tx, chat: LockedChat, write: SendDecision['write']): Promise<SentRow[]> {
  if (write === null) return []
  const ids = await writeMessages(tx, { chatId: chat.id, ...write })
  return write.rows.map((row, place) => ({ ...row, type: 'text', id: nth(ids, place) }))
}

function toItemAnswer(answer: SendAnswer, stored: Message[], view: (row: SentRow) => Message): ItemAnswer {
  switch (answer.outcome) {
    case 'stored':
      return { message: nth(stored, answer.place), duplicate: answer.duplicate }
    case 'replay':
      return { message: view(answer.first), duplicate: true }
    case 'refused':
      return { refused: answer.code }
  }
}

function toEntry(actor: Actor, message: Message): LogEntry {
  const author = { id: actor.userId, name: actor.name, role: actor.role }
  return { seq: message.seq, at: message.createdAt, actor: author, kind: 'message', message }
}

function nth<T>(items: readonly T[], place: number): T {
  const item = items[place]
  if (item === undefined) throw new Error('The database stored another number of rows than it was given.')
  return item
}
