// A program that uses nothing of this repository but the published package. Its argument is the server's address.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  type ChatFollower,
  createSdk,
  errorCode,
  type LogEntry,
  type Message,
  type SdkOptions,
  type Store,
  toChatId,
} from '@deskbell/sdk'
import * as ws from 'ws'

const server = new URL(process.argv[2] ?? '')

/** Starts a TCP proxy whose connections can be cut. */
async function startLine() {
  const open = new Set<Socket>()
  let isCut = false
  const line = createServer((socket) => {
    const far = connect(Number(server.port), server.hostname)
    for (const [from, to] of [
      [socket, far],
      [far, socket],
    ] as const) {
      open.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
    if (isCut) socket.destroy()
    socket.pipe(far).pipe(socket)
  })
  line.listen(0, '127.0.0.1')
  await once(line, 'listening')
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      for (const socket of open) socket.destroy()
    },
    mend() {
      isCut = false
    },
    close: () => line.close(),
  }
}

async function until<T>(store: Store<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = store.getSnapshot()
    if (holds(value)) return value
    await new Promise<void>((resolve) => {
      const stop = store.subscribe(() => {
        stop()
        resolve()
      })
    })
  }
}

const textsOf = (entries: readonly LogEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []))

const line = await startLine()
// Node has a global WebSocket since version 22.
const socket: Pick<SdkOptions, 'WebSocket'> = typeof WebSocket === 'undefined' ? { WebSocket: ws.WebSocket } : {}
const client = createSdk({ url: line.url, role: 'client', ...socket })
const operator = createSdk({ url: server.origin, role: 'operator', ...socket })
const { token } = await client.login({ email: `ann-${process.pid}@example.com`, name: 'Ann', role: 'client' })
await operator.login({ email: `olga-${process.pid}@example.com`, name: 'Olga', role: 'operator' })

const { chat } = await client.api.chats.create.mutate({})
const mine: ChatFollower = client.follow(chat.id)
const theirs = operator.follow(toChatId(String(chat.id)))
const online: Message = await client.send(chat.id, 'online')
await until(theirs, ({ entries }) => textsOf(entries).length === 1)

line.cut()
await until(client.connection, ({ kind }) => kind !== 'online')
const offline = client.send(chat.id, 'offline')
const { pending } = await until(mine, (timeline) => timeline.pending.length === 1)
line.mend()
await offline
await until(theirs, ({ entries }) => textsOf(entries).length === 2)
const refused = await client.api.chats.close.mutate({ chatId: chat.id }).catch(errorCode)
client.close()

const again = createSdk({ url: line.url, role: 'client', token, ...socket })
const reloaded = await until(again.follow(chat.id), ({ status }) => status === 'live')
const session = await until(again.session, ({ kind }) => kind !== 'unknown')
again.close()
operator.close()
line.close()
console.log(
  JSON.stringify({
    online: online.seq,
    pending: pending.map(({ text }) => text),
    refused,
    reloaded: textsOf(reloaded.entries),
    name: session.kind === 'signed-in' ? session.user.name : null,
  }),
)
process.exit(0)
