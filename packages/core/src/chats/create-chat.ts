import type { Actor } from '@deskbell/contract/actor'
import type { Chat, CreateChatInput } from '@deskbell/contract/chats'
import { AppError, type InputIssue } from '@deskbell/contract/errors'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { findChatByCallerId, insertChat, readChatRow } from '@deskbell/db/queries/chats/chats'
import { insertFeedRow } from '@deskbell/db/queries/log/feed'
import { findUserByEmail, insertUserIfMissing } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { chatView } from '../domain/chat-view.ts'
import { publishChat } from '../log/publish-chat.ts'
import { requireSession } from '../writer/require-session.ts'

export type CreatedChat = { chat: Chat; created: boolean }

/**
 * Opens a chat: a client for itself, an operator for the client with this email, who is created if there is none. A
 * second call of the actor with the same `clientChatId` returns the first chat.
 */
export async function createChat(core: Core, actor: Actor, input: CreateChatInput): Promise<CreatedChat> {
  const identity = clientOf(actor, input)
  const clientChatId = input.clientChatId ?? null
  const result = await repeatAfterMove(() =>
    inTransaction(core.db, async (tx) => {
      const { chatId, created } = await findOrCreateChat(tx, { actor, identity, clientChatId })
      // After the insert, which waits for the lock of a client who is merged with another one: then its session is gone.
      await requireSession(core, tx, actor)
      const row = await readChatRow(tx, actor.userId, chatId)
      if (created && identity !== null && row.client.email !== identity.email) throw new ClientMoved()
      return { chat: chatView(row, actor.role), created }
    }),
  )
  if (result.created) publishChat(core, result.chat, [])
  return result
}

/** The address went to another client while the chat was opened. */
class ClientMoved extends Error {}

async function repeatAfterMove<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ClientMoved)) throw error
    return await run()
  }
}

type ClientIdentity = { email: string; name: string }

/** The client that an operator names; null for a client, who opens its own chat. Throws `invalid_input`. */
function clientOf(actor: Actor, input: CreateChatInput): ClientIdentity | null {
  const { email, name } = input
  if (actor.role === 'operator') {
    if (email !== undefined && name !== undefined) return { email, name }
    throw invalid(missing({ email, name }, 'is required'))
  }
  if (email === undefined && name === undefined) return null
  throw invalid(present({ email, name }, 'is for operators only'))
}

type Request = { actor: Actor; identity: ClientIdentity | null; clientChatId: string | null }

/** The unique index decides between concurrent calls: the later one waits, and then finds the first chat. */
async function findOrCreateChat(tx: Tx, request: Request): Promise<{ chatId: ChatId; created: boolean }> {
  const { actor, identity, clientChatId } = request
  const known = await findFirst(tx, actor.userId, clientChatId)
  if (known !== undefined) return { chatId: known, created: false }
  const userId = identity === null ? actor.userId : await findOrCreateClient(tx, identity)
  const inserted = await insertChat(tx, { userId, createdBy: actor.userId, clientChatId })
  if (inserted !== undefined) {
    await insertFeedRow(tx, inserted)
    return { chatId: inserted, created: true }
  }
  const first = await findFirst(tx, actor.userId, clientChatId)
  if (first === undefined) throw new Error('A chat was neither made nor found.')
  return { chatId: first, created: false }
}

async function findFirst(tx: Tx, createdBy: UserId, clientChatId: string | null): Promise<ChatId | undefined> {
  return clientChatId === null ? undefined : findChatByCallerId(tx, { createdBy, clientChatId })
}

/** An existing client keeps its name. */
async function findOrCreateClient(tx: Tx, identity: ClientIdentity): Promise<UserId> {
  const client = { ...identity, role: 'client' } as const
  const known = await findUserByEmail(tx, client)
  if (known !== undefined) return known.id
  await insertUserIfMissing(tx, client)
  const stored = await findUserByEmail(tx, client)
  if (stored === undefined) throw new Error('A client was neither made nor found.')
  return stored.id
}

function invalid(issues: InputIssue[]): AppError {
  return new AppError('invalid_input', { issues })
}

type Fields = Record<string, string | undefined>

function missing(fields: Fields, message: string): InputIssue[] {
  return Object.keys(fields)
    .filter((path) => fields[path] === undefined)
    .map((path) => ({ path, message }))
}

function present(fields: Fields, message: string): InputIssue[] {
  return Object.keys(fields)
    .filter((path) => fields[path] !== undefined)
    .map((path) => ({ path, message }))
}
