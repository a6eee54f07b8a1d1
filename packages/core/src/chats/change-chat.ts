import type { Actor } from '@deskbell/contract/actor'
import type { ChatOutput } from '@deskbell/contract/chats'
import { AppError } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { type LockedChat, lockChat } from '@deskbell/db/locks'
import { readClock } from '@deskbell/db/queries/chat-events'
import { readChatRow } from '@deskbell/db/queries/chats'
import { restoreWaiting } from '@deskbell/db/queries/waiting'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../context.ts'
import { entryTime } from '../events/entry-time.ts'
import { publishChat } from '../events/publish-chat.ts'
import { appendEvent } from './append-event.ts'
import { requireVisible } from './chat-policy.ts'
import type { ChatDecision } from './chat-state.ts'
import { chatView } from './chat-view.ts'

export type ChatChange = {
  chatId: ChatId
  /** Runs under the chat's lock; `now` never falls as the log grows. */
  decide(chat: LockedChat, now: Date, tx: Tx): ChatDecision | Promise<ChatDecision>
}

/**
 * Changes a chat by one entry of its log: lock, decide, write, commit, tell.
 * A change that changes nothing writes nothing and tells nobody.
 */
export async function changeChat(core: Core, actor: Actor, change: ChatChange): Promise<ChatOutput> {
  const result = await inTransaction(core.db, async (tx) => {
    const chat = requireVisible(actor, await lockChat(tx, change.chatId))
    const at = entryTime(await readClock(tx), chat.lastEntryAt)
    const decision = await change.decide(chat, at, tx)
    const entry = await write(tx, { chat, actor, at, decision })
    return { entry, chat: chatView(await readChatRow(tx, actor.userId, chat.id), actor.role) }
  })
  if (result.entry !== null) publishChat(core, result.chat, [result.entry])
  return { chat: result.chat }
}

type Write = { chat: LockedChat; actor: Actor; at: Date; decision: ChatDecision }

async function write(tx: Tx, { chat, actor, at, decision }: Write): Promise<LogEntry | null> {
  switch (decision.outcome) {
    case 'unchanged':
      return null
    case 'refused':
      throw new AppError(decision.code)
    case 'changed': {
      const entry = await appendEvent(tx, { chat, actor, at, state: decision.state, event: decision.event })
      if (entry.kind === 'reopened') await restoreWaiting(tx, chat.id)
      return entry
    }
  }
}
