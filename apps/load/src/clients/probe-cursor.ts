import type { ChatId } from '@deskbell/contract/ids'
import { catchUpEntriesMax } from '@deskbell/contract/limits'
import type { Random } from '../seeded-random.ts'
import type { SimulatedUser } from './simulated-user.ts'

const patienceMs = 3_000

/** Asks for the log from a position that cannot be served. The wire probe writes down what comes. */
export async function probeCursor(user: SimulatedUser, chatId: ChatId, random: Random): Promise<void> {
  const page = await user.sdk.api.chats.page.query({ chatId, limit: 1 }).catch(() => null)
  if (page === null) return
  const [epoch = ''] = page.cursor.split(':')
  const head = page.entries.at(-1)?.seq ?? 0
  const cursors = ['another-history:1', `${epoch}:${head + 1_000_000}`]
  // One that is too far back is like the others, once the log is long enough.
  if (head > catchUpEntriesMax + 20) cursors.push(`${epoch}:1`)
  await firstFrame(user, { chatId, cursor: cursors[Math.floor(random() * cursors.length)] ?? '' })
}

function firstFrame(user: SimulatedUser, input: { chatId: ChatId; cursor: string }): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      subscription.unsubscribe()
      resolve()
    }
    const timer = setTimeout(end, patienceMs)
    const subscription = user.sdk.api.chats.events.subscribe(input, {
      // Not in the middle of the delivery: the subscription may not be known yet.
      onData: () => queueMicrotask(end),
      onError: () => queueMicrotask(end),
    })
  })
}
