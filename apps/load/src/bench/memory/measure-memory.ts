import { type ContenderName, contenderNames } from '../fan-out/contender.ts'
import { startReaders } from '../fan-out/reader-process.ts'
import { startDeskbell } from '../fan-out/start-deskbell.ts'
import { startPeer } from '../fan-out/start-peer.ts'
import type { ReaderLogin } from '../fan-out/wire.ts'
import { makeManyClients } from './many-clients.ts'
import { collectingEnv, settledMemory } from './settled-memory.ts'

export const ownChats = 'Deskbell, a client and a chat each'
/** Ready frames are made when something is said, and nothing is. */
const waiting = contenderNames.filter((name) => name !== 'raw ws, frames made once')
export const memoryNames = [...waiting, ownChats] as const
export type MemoryName = (typeof memoryNames)[number]

export type MemoryPlan = { warmUp: number; sizes: readonly number[]; stableSamples: number }
/** Bytes for one connection, for each size of the plan. */
export type MemoryFigures = { idleBytes: number; perConnection: number[] }

/** One fresh server: a few connections that come and go, then more and more that stay and do nothing. */
export async function measureMemory(
  name: MemoryName,
  { warmUp, sizes, stableSamples }: MemoryPlan,
): Promise<MemoryFigures> {
  await using stack = new AsyncDisposableStack()
  const { contender, logins } = await start(stack, name, Math.max(warmUp, ...sizes))
  const readers = stack.use(startReaders())
  await readers.open(contender, logins.slice(0, warmUp))
  await readers.close()
  const settled = () => settledMemory(contender.pid, { collect: true, stableSamples })
  const idleBytes = await settled()
  const perConnection: number[] = []
  let open = 0
  for (const size of sizes) {
    await readers.open(contender, logins.slice(open, size))
    open = size
    perConnection.push(((await settled()) - idleBytes) / size)
  }
  const { complaint } = await readers.count(0)
  if (complaint !== null) throw new Error(`${name} is broken: ${complaint}.`)
  return { idleBytes, perConnection }
}

async function start(stack: AsyncDisposableStack, name: MemoryName, count: number) {
  if (name === ownChats) {
    const contender = stack.use(await startDeskbell(collectingEnv))
    return { contender, logins: await makeManyClients(contender.db, count) }
  }
  const contender = stack.use(await startOne(name))
  const login = await contender.login()
  return { contender, logins: Array.from<unknown, ReaderLogin>({ length: count }, () => login) }
}

function startOne(name: ContenderName) {
  return name === 'Deskbell' ? startDeskbell(collectingEnv) : startPeer(name, collectingEnv)
}
