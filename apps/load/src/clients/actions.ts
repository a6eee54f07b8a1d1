import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { now } from '../clock.ts'
import { rest } from '../rest.ts'
import { between, pick, type Random } from '../seeded-random.ts'
import { callForeign, foreignCalls } from './foreign-calls.ts'
import type { Pace } from './orders.ts'
import { probeCursor } from './probe-cursor.ts'
import { retract } from './retract.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

/** Returns false when the user cannot do it now. */
type ActionOf = (user: SimulatedUser, chatId: ChatId, random: Random) => boolean

/** A user with more open actions than this waits, as one does whose messages all stay grey. */
const openMax = 6
const quietMsMax = 2_000
/** Of the actions in a round, so many are such that everybody must have done once, until all are done. */
const dueShare = 0.5
const dueMsMax = 10_000

/**
 * Does one thing after the other, at its pace, until `signal` ends. What is chosen depends on `random`, and on which
 * actions this user has not been able to do yet: rare ones too must happen in the shortest round.
 */
export async function keepBusy(
  user: SimulatedUser,
  options: { random: Random; pace: Pace; signal: AbortSignal },
): Promise<void> {
  const { random, pace, signal } = options
  const due = dueOf(user, pace, random)
  while (!signal.aborted) {
    await rest(between(random, pace.minMs, pace.maxMs), signal)
    const chatId = pick(random, user.chats)
    const chosen = choose(user, pace, random())
    const [own, chance] = [random(), random()]
    if (chatId === undefined || signal.aborted || user.open >= openMax) continue
    const next = chance < dueShare ? due.shift() : undefined
    const action = next ?? chosen
    const isPaused = action === actions.typing && pace.typingPauseMs > 0
    if (isPaused) await untilQuiet(user, signal)
    const isDone = action(user, chatId, () => own)
    if (!isDone && next !== undefined) due.push(next)
    // A message ends the typing of its author at once, so nobody would see it.
    if (isPaused) await rest(pace.typingPauseMs, signal)
  }
  await finish(user, due, random)
}

/** On a slow machine a round may end before everything was done once. */
async function finish(user: SimulatedUser, due: ActionOf[], random: Random): Promise<void> {
  const deadline = now() + dueMsMax
  while (due.length > 0 && now() < deadline) {
    const [next, chatId] = [due.shift(), pick(random, user.chats)]
    if (next === undefined || chatId === undefined) return
    const isDone = user.open < openMax && next(user, chatId, random)
    if (!isDone) due.push(next)
    // All own messages may be edited or retracted, and then there is none to repeat.
    if (!isDone && user.open === 0) actions.send(user, chatId)
    await rest(30, AbortSignal.timeout(dueMsMax))
  }
}

async function untilQuiet(user: SimulatedUser, signal: AbortSignal): Promise<void> {
  const deadline = now() + quietMsMax
  while (user.open > 0 && now() < deadline && !signal.aborted) await rest(20, signal)
}

function dueOf(user: SimulatedUser, { closeShare, fileUsersShare }: Pace, random: Random): ActionOf[] {
  const { send, sendFiles, read, typing, edit, retract, probe, replay, close, assign } = actions
  const foreign = foreignCalls.map(
    (call): ActionOf =>
      (...[own, , random]) =>
        callForeign(own, call, random),
  )
  const own = user.role === 'client' ? foreign : [assign, ...(closeShare > 0 ? [close] : [])]
  const last = user.role === 'operator' && closeShare > 0 ? [close] : []
  const files = random() < fileUsersShare && !user.isSlow ? [sendFiles] : []
  return [send, ...files, send, typing, send, retract, read, edit, probe, replay, ...own, ...last]
}

const actions = {
  send(user, chatId) {
    const id = user.newMessageId()
    if (user.role === 'client') user.show(chatId, id)
    else void user.send(chatId, id)
    return true
  },
  // On a line of 20 bytes a second an answer of HTTP takes longer than a round.
  sendFiles: (user, chatId, random) => !user.isSlow && user.files?.begin(chatId, random) === true,
  /** As a program that was started again, and does not know that it had its answer. */
  replay(user, chatId, random) {
    const { clientMsgId: id, text } = pick(random, repeatable(user, chatId)) ?? {}
    if (id === undefined || id === null || text === undefined) return false
    void user.call({ action: 'send', chatId, id }, async () => {
      const again = await user.sdk.api.messages.send.mutate({ chatId, text, clientMsgId: id }, timeout())
      return again.message.seq
    })
    return true
  },
  read(user, chatId) {
    const watch = user.watchOf(chatId)
    if (watch === undefined || watch.head === 0) return false
    watch.follower.markRead(watch.head)
    return true
  },
  typing(user, chatId) {
    void user.call({ action: 'typing', chatId }, async () => {
      user.watchOf(chatId)?.follower.typing()
      return null
    })
    return true
  },
  foreign(user, _chatId, random) {
    const call = pick(random, foreignCalls)
    return call !== undefined && callForeign(user, call, random)
  },
  probe(user, chatId, random) {
    void probeCursor(user, chatId, random)
    return true
  },
  close(user, chatId, random) {
    if (repeatable(user, chatId).length === 0) return false
    const closed = user.call({ action: 'close', chatId }, async () => {
      await user.sdk.api.chats.close.mutate({ chatId }, timeout())
      return null
    })
    // What is stored is answered also when it is sent again after the close, and what is new is refused.
    void closed.then(() => {
      actions.replay(user, chatId, random)
      actions.send(user, chatId)
    })
    return true
  },
  reopen(user, chatId) {
    if (user.watchOf(chatId)?.timeline.chatStatus !== 'closed') return false
    void user.call({ action: 'reopen', chatId }, async () => {
      await user.sdk.api.chats.reopen.mutate({ chatId }, timeout())
      return null
    })
    return true
  },
  assign(user, chatId) {
    void user.call({ action: 'assign', chatId }, async () => {
      await user.sdk.api.chats.assignOperator.mutate({ chatId, takeOver: true }, timeout())
      return null
    })
    return true
  },
  edit(user, chatId, random) {
    const watch = user.watchOf(chatId)
    const own = pick(
      random,
      watch?.messages(10).filter((item) => item.userId === user.userId && item.text !== '') ?? [],
    )
    if (watch === undefined || own === undefined) return false
    void user.call({ action: 'edit', chatId, id: String(own.id) }, async () => {
      await watch.follower.edit(own.id, `${own.clientMsgId} edited`)
      return null
    })
    return true
  },
  retract(user, chatId, random) {
    const newest = user.watchOf(chatId)?.messages(10) ?? []
    const own = pick(
      random,
      newest.filter((item) => isOwn(user, item)),
    )
    if (own === undefined) return false
    void retract(user, chatId, own)
    return true
  },
} as const satisfies Record<string, ActionOf>

/** An own message that was not retracted. */
function isOwn({ userId }: SimulatedUser, message: Message): boolean {
  return message.userId === userId && (message.text !== '' || message.attachments.length > 0)
}

/** Own messages among the newest entries, with the text that was sent and without files. */
function repeatable(user: SimulatedUser, chatId: ChatId): Message[] {
  const newest = user.watchOf(chatId)?.messages(40) ?? []
  return newest.filter(
    ({ userId, clientMsgId, text, attachments }) =>
      userId === user.userId &&
      text.startsWith(`${clientMsgId} `) &&
      !text.includes('edited') &&
      attachments.length === 0,
  )
}

type Share = readonly [share: number, action: ActionOf]

const ofAll: readonly Share[] = [
  [0.03, actions.replay],
  [0.04, actions.read],
  [0.01, actions.edit],
  [0.005, actions.retract],
  [0.002, actions.probe],
]

function choose({ role }: SimulatedUser, { closeShare, fileShare, typingShare }: Pace, chance: number): ActionOf {
  const ofRole: readonly Share[] =
    role === 'client'
      ? [[0.005, actions.foreign]]
      : [
          [closeShare, actions.close],
          [0.006, actions.assign],
          // A closed chat does not stay so for long, or most sends of a run would be refused.
          [0.2, actions.reopen],
        ]
  let left = chance
  const ofPace: readonly Share[] = [
    [typingShare, actions.typing],
    [fileShare, actions.sendFiles],
  ]
  for (const [share, action] of [...ofRole, ...ofAll, ...ofPace]) {
    if (left < share) return action
    left -= share
  }
  return actions.send
}
