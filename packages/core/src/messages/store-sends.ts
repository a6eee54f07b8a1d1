import type { Bus } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { batchItemsMax } from '@deskbell/contract/limits'
import type { Message } from '@deskbell/contract/messages'
import type { Database } from '@deskbell/db/database'
import { violatedConstraint } from '@deskbell/db/database-error'
import { lockChats, lockFreeChats, type SendChat, waitForLocks } from '@deskbell/db/locks'
import { readSentBefore, writeSends } from '@deskbell/db/queries/sends'
import { inLane, type Tx } from '@deskbell/db/transaction'
import { headOf, publishChat } from '../events/publish-chat.ts'
import { decideSends, type SendAnswer, type SendDecision } from './decide-sends.ts'
import { messageView } from './message-view.ts'
import type { ItemAnswer, SendJob } from './send-job.ts'

/*
 * One transaction for many sends, in this order:
 *
 *   take the sends                   as late as possible: whatever came meanwhile rides along
 *   lock their chats                 whoever gets a lock first stands first in that log
 *   look for replays, read the clock a new statement, so it sees what was committed during the wait
 *   decide                           replay, reused, closed, or the next places
 *   write messages, chats and feed   one statement
 *   commit
 *   publish, then answer             never before the commit
 *
 * The look is sent with the lock, and the commit with the write: the database runs them one after the other all the
 * same. Reading the status without the lock, or in one statement with it, lets a message in behind a close.
 */

export type StoreOptions = { db: Database; bus: Bus; epoch: () => string }

export type Trip = {
  /** Called when the transaction is open, and again when it has to be repeated: then with the same answer. */
  take(): readonly SendJob[]
  /** Whether to wait for locks that others hold. */
  waits: boolean
}

/** Stores the sends of a trip and answers them, all but those whose chat is locked by others: it returns these. */
export async function storeSends(options: StoreOptions, trip: Trip): Promise<SendJob[]> {
  const stored = await storeOnce(trip, () => inLane(options.db, (tx) => storeUnderLock(tx, trip)))
  publishAll(options, stored)
  answerAll(stored)
  return stored.left
}

/**
 * The same id may race on another chat, which has another lock, in another lane or process: then the unique index
 * refuses the later one. The whole is rolled back and decided anew, and this time the look finds the first message.
 */
async function storeOnce<T>({ waits }: Trip, store: () => Promise<T>): Promise<T> {
  for (let racesLeft = waits ? batchItemsMax : 1; ; racesLeft -= 1) {
    try {
      return await store()
    } catch (error) {
      if (violatedConstraint(error) !== 'uniq_client_msg_user' || racesLeft === 0) throw error
    }
  }
}

type Stored = {
  jobs: SendJob[]
  left: SendJob[]
  chats: Map<ChatId, SendChat>
  decision: SendDecision
  messages: Message[]
}

async function storeUnderLock(tx: Tx, trip: Trip): Promise<{ last: Promise<Stored> }> {
  const all = trip.take()
  if (trip.waits) await waitForLocks(tx)
  const { locked, before } = await lockAndLook(tx, trip, all)
  const chats = new Map(locked.map((chat) => [chat.id, chat]))
  const jobs = trip.waits ? [...all] : all.filter((job) => chats.has(job.chatId))
  const left = trip.waits ? [] : all.filter((job) => !chats.has(job.chatId))
  const decision = decideSends({ ...before, chats }, jobs)
  const last = write(tx, decision).then((messages) => ({ jobs, left, chats, decision, messages }))
  return { last }
}

/** Both are sent at once, the lock first: the look begins when the lock is held. */
async function lockAndLook(tx: Tx, { waits }: Trip, jobs: readonly SendJob[]) {
  const chatIds = [...new Set(jobs.map((job) => job.chatId))]
  const locking = waits ? lockChats(tx, chatIds) : lockFreeChats(tx, chatIds)
  const looking = readSentBefore(tx, idsOf(jobs))
  // A lock that fails fails the look too, and says why.
  looking.catch(() => undefined)
  return { locked: await locking, before: await looking }
}

function idsOf(jobs: readonly SendJob[]) {
  return jobs.flatMap(({ sender, commands }) =>
    commands.map(({ clientMsgId }) => ({ userId: sender.userId, clientMsgId })),
  )
}

/** New messages are unread, so no mark is asked for them. */
async function write(tx: Tx, { rows, heads }: SendDecision): Promise<Message[]> {
  if (rows.length === 0) return []
  const ids = await writeSends(tx, { rows, heads })
  if (ids.length !== rows.length) throw new Error('The database stored another number of messages than it was given.')
  return ids.map((id, place) => messageView({ ...nth(rows, place), id, type: 'text' }, unread))
}

const unread = { client: 0, operator: 0 }

/** One hint for each chat, with all its new entries. */
function publishAll(options: StoreOptions, { jobs, decision, chats, messages }: Stored): void {
  const entries = new Map<ChatId, LogEntry[]>(decision.heads.map((head) => [head.chatId, []]))
  jobs.forEach((job, place) => {
    for (const answer of decision.answers[place] ?? []) {
      if (answer.outcome === 'stored' && !answer.duplicate)
        entries.get(job.chatId)?.push(toEntry(job.sender, nth(messages, answer.place)))
    }
  })
  for (const head of decision.heads) {
    const chat = chats.get(head.chatId)
    if (chat !== undefined) publishChat(options, headOf(chat, head), entries.get(head.chatId) ?? [])
  }
}

function answerAll({ jobs, decision, messages }: Stored): void {
  jobs.forEach((job, place) => {
    const answers = decision.answers[place] ?? null
    if (answers === null) job.reject(new AppError('not_found'))
    else job.resolve(answers.map((answer) => toItemAnswer(answer, messages)))
  })
}

function toItemAnswer(answer: SendAnswer, messages: readonly Message[]): ItemAnswer {
  switch (answer.outcome) {
    case 'stored':
      return { message: nth(messages, answer.place), duplicate: answer.duplicate }
    case 'replay':
      return { message: messageView(answer.first, answer.first), duplicate: true }
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
