import type { ChatId } from '@deskbell/contract/ids'
import { rest } from '../rest.ts'
import { between, pick, type Random } from '../seeded-random.ts'
import type { Pace } from './orders.ts'
import { type Person, timeout } from './person.ts'
import { probeCursor } from './probe-cursor.ts'

type DeedOf = (person: Person, chatId: ChatId, random: Random) => void

/** More than this many open deeds, and a person waits, as one does whose messages all stay grey. */
const openMax = 6

/** Does one thing after the other, at its pace, until `signal` ends. What is chosen depends on `random` alone. */
export async function keepBusy(
  person: Person,
  options: { random: Random; pace: Pace; signal: AbortSignal },
): Promise<void> {
  const { random, pace, signal } = options
  while (!signal.aborted) {
    await rest(between(random, pace.minMs, pace.maxMs), signal)
    const chatId = pick(random, person.chats)
    const deed = choose(person, pace, random())
    const own = random()
    if (chatId === undefined || signal.aborted || person.open >= openMax) continue
    deed(person, chatId, () => own)
  }
}

const deeds = {
  send(person, chatId) {
    const id = person.newMessageId()
    if (person.role === 'client') person.show(chatId, id)
    else void person.send(chatId, id)
  },
  /** As a program that was started again, and does not know that it had its answer. */
  replay(person, chatId, random) {
    const message = pick(
      random,
      person
        .watchOf(chatId)
        ?.messages(40)
        .filter((item) => item.userId === person.userId) ?? [],
    )
    const { clientMsgId: id, text } = message ?? {}
    if (id === undefined || id === null || text === undefined || !text.startsWith(`${id} `) || text.includes('edited'))
      return
    void person.call({ deed: 'send', chatId, id }, async () => {
      const again = await person.sdk.api.messages.send.mutate({ chatId, text, clientMsgId: id }, timeout())
      return again.message.seq
    })
  },
  read(person, chatId) {
    const watch = person.watchOf(chatId)
    if (watch !== undefined) watch.follower.markRead(watch.head)
  },
  typing(person, chatId) {
    void person.call({ deed: 'typing', chatId }, async () => {
      person.watchOf(chatId)?.follower.typing()
      return null
    })
  },
  probe(person, chatId, random) {
    void probeCursor(person, chatId, random)
  },
  close(person, chatId) {
    void person.call({ deed: 'close', chatId }, async () => {
      await person.sdk.api.chats.close.mutate({ chatId }, timeout())
      return null
    })
  },
  reopen(person, chatId) {
    if (person.watchOf(chatId)?.timeline.chatStatus !== 'closed') return
    void person.call({ deed: 'reopen', chatId }, async () => {
      await person.sdk.api.chats.reopen.mutate({ chatId }, timeout())
      return null
    })
  },
  assign(person, chatId) {
    void person.call({ deed: 'assign', chatId }, async () => {
      await person.sdk.api.chats.assignOperator.mutate({ chatId, takeOver: true }, timeout())
      return null
    })
  },
  edit(person, chatId, random) {
    const watch = person.watchOf(chatId)
    const own = pick(
      random,
      watch?.messages(10).filter((item) => item.userId === person.userId && item.text !== '') ?? [],
    )
    if (watch === undefined || own === undefined) return
    void person.call({ deed: 'edit', chatId, id: String(own.id) }, async () => {
      await watch.follower.edit(own.id, `${own.clientMsgId} edited`)
      return null
    })
  },
  retract(person, chatId, random) {
    const watch = person.watchOf(chatId)
    const own = pick(
      random,
      watch?.messages(10).filter((item) => item.userId === person.userId && item.text !== '') ?? [],
    )
    if (watch === undefined || own === undefined) return
    void person.call({ deed: 'retract', chatId, id: String(own.id) }, async () => {
      await watch.follower.retract(own.id)
      return null
    })
  },
} as const satisfies Record<string, DeedOf>

type Share = readonly [share: number, deed: DeedOf]

const ofClients: readonly Share[] = [
  [0.03, deeds.replay],
  [0.04, deeds.read],
  [0.02, deeds.typing],
  [0.01, deeds.edit],
  [0.005, deeds.retract],
  [0.002, deeds.probe],
]
/** A closed chat does not stay so for long, or most sends of a run would be refused. */
const ofOperators: readonly Share[] = [...ofClients, [0.006, deeds.assign], [0.2, deeds.reopen]]

function choose({ role }: Person, { closeShare }: Pace, chance: number): DeedOf {
  const shares: readonly Share[] = role === 'operator' ? [[closeShare, deeds.close], ...ofOperators] : ofClients
  let left = chance
  for (const [share, deed] of shares) {
    if (left < share) return deed
    left -= share
  }
  return deeds.send
}
