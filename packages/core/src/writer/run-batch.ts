import type { Bus } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { batchItemsMax } from '@deskbell/contract/limits'
import type { Message } from '@deskbell/contract/messages'
import type { AuthMode } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import { violatedConstraint } from '@deskbell/db/database-error'
import { type LockedChat, lockChats, lockFreeChats, setLockTimeout } from '@deskbell/db/locks'
import { readChatOwners } from '@deskbell/db/queries/chats/chats'
import { attachFiles, lockUnusedFiles } from '@deskbell/db/queries/files/attachments'
import type { StoreLoneSend } from '@deskbell/db/queries/messages/lone-send'
import { readSentBefore, writeSends } from '@deskbell/db/queries/messages/sends'
import { findActiveSessions } from '@deskbell/db/queries/users/sessions'
import { inPipeline, type Tx } from '@deskbell/db/transaction'
import { overloaded } from '../app-error.ts'
import type { Clock } from '../clock.ts'
import { maySeeChat } from '../domain/chat-policy.ts'
import { decideSends, type SendAnswer, type SendDecision } from '../domain/decide-sends.ts'
import { messageView } from '../domain/message-view.ts'
import { authorOf } from '../domain/user-view.ts'
import { changedChatOf, publishChat } from '../log/publish-chat.ts'
import type { ChangeCommand, Command, DecideAndWrite, ItemAnswer, SendCommand, Written } from './command.ts'

/*
 * One transaction for many commands:
 *
 *   dequeue the commands       as late as possible, so that commands that have just arrived are in the batch
 *   lock their chats           the order of the locks is the order of each log
 *   read                       the sessions of the callers, earlier sends with the same ids, the clock, the files to
 *                              attach, and what each change needs
 *   decide
 *   write                      one statement for all sends, one for their attachments, a few for each change
 *   commit
 *   publish, then answer       never before the commit
 *
 * The reads are sent with the lock, and the commit with the writes. The database runs them one after the other, each
 * with a snapshot of its own, so the reads see what was committed while the lock was waited for. Reading the status of a
 * chat without the lock, or in one statement with it, would let a message in after a close.
 */

export type WriterContext = {
  readonly db: Database
  readonly bus: Bus
  epoch(): string
  /** Milliseconds that never go back. */
  now(): number
  /** The time of day, and the mode: what makes a session active. */
  readonly clock: Clock
  readonly authMode: AuthMode
  readonly storeLoneSend: StoreLoneSend
}

export type Batch = {
  /** Called when the transaction is open; returns the same commands if the transaction is repeated. */
  dequeue(): readonly Command[]
  /** Whether to wait for locks that other transactions hold, until the first deadline of the batch. */
  readonly waits: boolean
}

/** Commands whose chats another transaction has locked, and the clients of these chats. */
export type Blocked = { readonly commands: Command[]; readonly owners: ReadonlyMap<ChatId, UserId> }

/** Runs a batch and answers its commands, except those whose chat is locked by another transaction: returns these. */
export async function runBatch(context: WriterContext, batch: Batch): Promise<Blocked> {
  const done = await repeatAfterRace(batch, () => inPipeline(context.db, (tx) => runUnderLock(context, tx, batch)))
  publishSends(context, done)
  for (const { written } of done.changes) publishChange(context, written)
  answerSends(done)
  for (const { command, written } of done.changes) command.resolve(await written.answer)
  for (const { command, error } of done.refused) command.reject(error)
  return done.blocked
}

/**
 * Another transaction may store the same `clientMsgId` in another chat at the same moment. The unique index refuses the
 * later one. The whole batch is rolled back and decided again, and then it reads the first message.
 */
async function repeatAfterRace<T>({ waits }: Batch, run: () => Promise<T>): Promise<T> {
  for (let repeatsLeft = waits ? batchItemsMax : 1; ; repeatsLeft -= 1) {
    try {
      return await run()
    } catch (error) {
      if (violatedConstraint(error) !== 'uniq_client_msg_user' || repeatsLeft === 0) throw error
    }
  }
}

type Chats = ReadonlyMap<ChatId, LockedChat>
type Refused = { command: Command; error: AppError }

type Done = {
  chats: Chats
  sends: SendCommand[]
  decision: SendDecision
  messages: Message[]
  changes: { command: ChangeCommand; written: Written<unknown> }[]
  refused: Refused[]
  blocked: Blocked
}

async function runUnderLock(context: WriterContext, tx: Tx, batch: Batch): Promise<{ last: Promise<Done> }> {
  const commands = batch.dequeue()
  if (batch.waits) await setLockTimeout(tx, firstDeadline(commands) - context.now())
  const { locked, active, before, files, reads } = await lockAndRead(context, tx, { batch, commands })
  const chats: Chats = new Map(locked.map((chat) => [chat.id, chat]))
  const now = context.now()
  const errorOf = (command: Command): AppError | null => {
    if (!mayRun(command, active)) return new AppError('unauthenticated')
    return command.deadline < now ? overloaded() : null
  }
  const admitted: Command[] = []
  const turnedAway: Refused[] = []
  for (const command of commands) {
    const error = errorOf(command)
    if (error === null) admitted.push(command)
    else turnedAway.push({ command, error })
  }
  const ready = admitted.filter((command) => chats.has(command.chatId))
  const sends = ready.filter((command) => command.kind === 'send')
  const decision = decideSends({ ...before, chats, files }, sends)
  const { changes, refused } = decideChanges(tx, ready, { chats, now: before.now, reads })
  const writing = write(tx, decision)
  const unlocked = admitted.filter((command) => !chats.has(command.chatId))
  const sorting = sortUnlocked(context, tx, { batch, commands: unlocked })
  const answers = changes.map(({ written }) => written.answer)
  const last = Promise.all([writing, sorting, ...answers]).then(
    ([messages, unlockedBy]): Done => ({
      chats,
      sends,
      decision,
      messages,
      changes,
      refused: [...turnedAway, ...refused, ...unlockedBy.refused],
      blocked: unlockedBy.blocked,
    }),
  )
  return { last }
}

function firstDeadline(commands: readonly Command[]): number {
  return Math.min(...commands.map((command) => command.deadline))
}

type Reads = ReadonlyMap<ChangeCommand, DecideAndWrite<unknown>>

/** All statements are sent at once, the lock first. */
async function lockAndRead(
  context: WriterContext,
  tx: Tx,
  { batch, commands }: { batch: Batch; commands: readonly Command[] },
) {
  const chatIds = chatIdsOf(commands)
  const locking = batch.waits ? lockChats(tx, chatIds) : lockFreeChats(tx, chatIds)
  const reading = Promise.all([
    readActiveSessions(context, tx, commands),
    readSentBefore(tx, idsOf(commands)),
    lockUnusedFiles(tx, { ids: uploadIdsOf(commands), now: context.clock.now() }),
    readForChanges(tx, commands),
  ])
  // A lock that fails fails the reads too, and is the error to report.
  reading.catch(() => undefined)
  const locked = await locking
  const [active, before, files, reads] = await reading
  return { locked, active, before, files, reads }
}

function readActiveSessions({ authMode, clock }: WriterContext, tx: Tx, commands: readonly Command[]) {
  const sessionIds = [...new Set(commands.map(({ actor }) => actor.sessionId))]
  return findActiveSessions(tx, { sessionIds, authMode, now: clock.now() })
}

/** `active`: the sessions that have not ended. */
function mayRun(command: Command, active: ReadonlySet<number>): boolean {
  const isConsequence = command.kind === 'change' && command.change.isConsequence === true
  return isConsequence || active.has(command.actor.sessionId)
}

async function readForChanges(tx: Tx, commands: readonly Command[]): Promise<Reads> {
  const changes = commands.filter((command) => command.kind === 'change')
  const read = await Promise.all(changes.map((command) => command.change.read(tx)))
  return new Map(changes.map((command, place) => [command, nth(read, place)]))
}

function chatIdsOf(commands: readonly Command[]): ChatId[] {
  return [...new Set(commands.map((command) => command.chatId))]
}

function idsOf(commands: readonly Command[]) {
  return commands.flatMap((command) =>
    command.kind === 'send'
      ? command.items.map(({ clientMsgId }) => ({ userId: command.actor.userId, clientMsgId }))
      : [],
  )
}

function uploadIdsOf(commands: readonly Command[]): string[] {
  return commands.flatMap((command) => (command.kind === 'send' ? command.items.flatMap((item) => item.uploadIds) : []))
}

/** New messages are unread, so no mark is read for them. */
async function write(tx: Tx, { rows, heads }: SendDecision): Promise<Message[]> {
  if (rows.length === 0) return []
  const [ids] = await Promise.all([writeSends(tx, { rows, heads }), attachFiles(tx, rows)])
  if (ids.length !== rows.length) throw new Error('The database stored another number of messages than it was given.')
  return ids.map((id, place) => messageView({ ...nth(rows, place), id }, unread))
}

export const unread = { client: 0, operator: 0 }

function decideChanges(
  tx: Tx,
  commands: readonly Command[],
  { chats, now, reads }: { chats: Chats; now: Date; reads: Reads },
): Pick<Done, 'changes' | 'refused'> {
  const changes: Done['changes'] = []
  const refused: Refused[] = []
  for (const command of commands) {
    const chat = chats.get(command.chatId)
    if (command.kind !== 'change' || chat === undefined) continue
    const decideAndWrite = reads.get(command)
    if (decideAndWrite === undefined) throw new Error('A change was not read.')
    try {
      const written = decideAndWrite(tx, chat, now)
      // Awaited with the others, behind the commit.
      written.answer.catch(() => undefined)
      changes.push({ command, written })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      refused.push({ command, error })
    }
  }
  return { changes, refused }
}

/**
 * Divides commands whose chats were not locked: the chat does not exist for the caller, or is locked by another transaction.
 * The sessions are read again, behind the owners: a client whose chats have just moved to another one has none any more.
 */
async function sortUnlocked(
  context: WriterContext,
  tx: Tx,
  { batch, commands }: { batch: Batch; commands: readonly Command[] },
): Promise<Pick<Done, 'refused' | 'blocked'>> {
  if (commands.length === 0) return { refused: [], blocked: { commands: [], owners: new Map() } }
  const [owners, active]: [Blocked['owners'], ReadonlySet<number>] = await Promise.all([
    batch.waits ? new Map() : readChatOwners(tx, chatIdsOf(commands)),
    readActiveSessions(context, tx, commands),
  ])
  const isBlocked = ({ actor, chatId }: Command) => {
    const userId = owners.get(chatId)
    return userId !== undefined && maySeeChat(actor, { userId })
  }
  const refused = commands.filter((command) => !isBlocked(command))
  return {
    refused: refused.map((command) => ({
      command,
      error: new AppError(mayRun(command, active) ? 'not_found' : 'unauthenticated'),
    })),
    blocked: { commands: commands.filter(isBlocked), owners },
  }
}

/** One hint for each chat, with all its new entries. */
function publishSends(context: WriterContext, { sends, decision, chats, messages }: Done): void {
  const entries = new Map<ChatId, LogEntry[]>(decision.heads.map((head) => [head.chatId, []]))
  sends.forEach((command, place) => {
    for (const answer of decision.answers[place] ?? []) {
      if (answer.outcome === 'stored' && !answer.duplicate)
        entries.get(command.chatId)?.push(toEntry(command.actor, nth(messages, answer.place)))
    }
  })
  for (const head of decision.heads) {
    const chat = chats.get(head.chatId)
    if (chat !== undefined) publishChat(context, changedChatOf(chat, head), entries.get(head.chatId) ?? [])
  }
}

function publishChange(context: WriterContext, { published }: Written<unknown>): void {
  if (published !== null) publishChat(context, published.chat, published.entries)
}

function answerSends({ sends, decision, messages }: Done): void {
  sends.forEach((command, place) => {
    const answers = decision.answers[place] ?? null
    if (answers === null) command.reject(new AppError('not_found'))
    else command.resolve(answers.map((answer) => toItemAnswer(answer, messages)))
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

export function toEntry(actor: Actor, message: Message): LogEntry {
  return { seq: message.seq, at: message.createdAt, actor: authorOf(actor), kind: 'message', message }
}

function nth<T>(items: readonly T[], place: number): T {
  const item = items[place]
  if (item === undefined) throw new Error('The database returned another number of rows than it was given.')
  return item
}
