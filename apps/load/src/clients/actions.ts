import type { ChatId } from '@deskbell/contract/ids'
import { rest } from '../rest.ts'
import { between, pick, type Random } from '../seeded-random.ts'
import type { Pace } from './orders.ts'
import { probeCursor } from './probe-cursor.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

type ActionOf = (user: SimulatedUser, chatId: ChatId, random: Random) => void

/** A user with more open actions than this waits, as one does whose messages all stay grey. */
const openMax = 6

/** Does one thing after the other, at its pace, until `signal` ends. What is chosen depends on `random` alone. */
export async function keepBusy(
  user: SimulatedUser,
  options: { random: Random; pace: Pace; signal: AbortSignal },
): Promise<void> {
  const { random, pace, signal } = options
  while (!signal.aborted) {
    await rest(between(random, pace.minMs, pace.maxMs), signal)
    const chatId = pick(random, user.chats)
    const action = choose(user, pace, random())
    const own = random()
    if (chatId === undefined || signal.aborted || user.open >= openMax) continue
    action(user, chatId, () => own)
  }
}

const actions = {
  send(user, chatId) {
    const id = user.newMessageId()
    if (user.role === 'client') user.show(chatId, id)
    else void user.send(chatId, id)
  },
  /** As a program that was started again, and does not know that it had its answer. */
  replay(user, chatId, random) {
    const message = pick(
      random,
      user
        .watchOf(chatId)
        ?.messages(40)
        .filter((item) => item.userId === user.userId) ?? [],
    )
    const { clientMsgId: id, text } = message ?? {}
    if (id === undefined || id === null || text === undefined || !text.startsWith(`${id} `) || text.includes('edited'))
      return
    void user.call({ action: 'send', chatId, id }, async () => {
      const again = await user.sdk.api.messages.send.mutate({ chatId, text, clientMsgId: id }, timeout())
      return again.message.seq
    })
  },
  read(user, chatId) {
    const watch = user.watchOf(chatId)
    if (watch !== undefined) watch.follower.markRead(watch.head)
  },
  typing(user, chatId) {
    void user.call({ action: 'typing', chatId }, async () => {
      user.watchOf(chatId)?.follower.typing()
      return null
    })
  },
  probe(user, chatId, random) {
    void probeCursor(user, chatId, random)
  },
  close(user, chatId) {
    void user.call({ action: 'close', chatId }, async () => {
      await user.sdk.api.chats.close.mutate({ chatId }, timeout())
      return null
    })
  },
  reopen(user, chatId) {
    if (user.watchOf(chatId)?.timeline.chatStatus !== 'closed') return
    void user.call({ action: 'reopen', chatId }, async () => {
      await user.sdk.api.chats.reopen.mutate({ chatId }, timeout())
      return null
    })
  },
  assign(user, chatId) {
    void user.call({ action: 'assign', chatId }, async () => {
      await user.sdk.api.chats.assignOperator.mutate({ chatId, takeOver: true }, timeout())
      return null
    })
  },
  edit(user, chatId, random) {
    const watch = user.watchOf(chatId)
    const own = pick(
      random,
      watch?.messages(10).filter((item) => item.userId === user.userId && item.text !== '') ?? [],
    )
    if (watch === undefined || own === undefined) return
    void user.call({ action: 'edit', chatId, id: String(own.id) }, async () => {
      await watch.follower.edit(own.id, `${own.clientMsgId} edited`)
      return null
    })
  },
  retract(user, chatId, random) {
    const watch = user.watchOf(chatId)
    const own = pick(
      random,
      watch?.messages(10).filter((item) => item.userId === user.userId && item.text !== '') ?? [],
    )
    if (watch === undefined || own === undefined) return
    void user.call({ action: 'retract', chatId, id: String(own.id) }, async () => {
      await watch.follower.retract(own.id)
      return null
    })
  },
} as const satisfies Record<string, ActionOf>

type Share = readonly [share: number, action: ActionOf]

const ofClients: readonly Share[] = [
  [0.03, actions.replay],
  [0.04, actions.read],
  [0.02, actions.typing],
  [0.01, actions.edit],
  [0.005, actions.retract],
  [0.002, actions.probe],
]
/** A closed chat does not stay so for long, or most sends of a run would be refused. */
const ofOperators: readonly Share[] = [...ofClients, [0.006, actions.assign], [0.2, actions.reopen]]

function choose({ role }: SimulatedUser, { closeShare }: Pace, chance: number): ActionOf {
  const shares: readonly Share[] = role === 'operator' ? [[closeShare, actions.close], ...ofOperators] : ofClients
  let left = chance
  for (const [share, action] of shares) {
    if (left < share) return action
    left -= share
  }
  return actions.send
}
