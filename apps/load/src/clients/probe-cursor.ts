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
  await readFrames(user, { chatId, cursor: cursors[Math.floor(random() * cursors.length)] ?? '' })
}

type Reading = { chatId: ChatId; cursor: string; until?: 'live' }

/** Opens a stream, and closes it after its first frame, or after the frame `until`. */
export function readFrames(user: SimulatedUser, { chatId, cursor, until }: Reading): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      subscription.unsubscribe()
      resolve()
    }
    const timer = setTimeout(end, patienceMs)
    const subscription = user.sdk.api.chats.events.subscribe(
      { chatId, cursor },
      {
        // Not in the middle of the delivery: the subscription may not be known yet.
        onData: ({ data }) =>
          until === undefined || data.t === until || data.t === 'reset' ? queueMicrotask(end) : undefined,
        onError: () => queueMicrotask(end),
      },
    )
  })
}
