import { readFileSync } from 'node:fs'
import { type Database, openDatabase } from '@deskbell/db/database'
import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { z } from 'zod'
import { type ProductServer, startProductServer } from '../suite/product-server.ts'
import type { Contender } from './contender.ts'
import type { PublisherWire, Wire } from './wire.ts'

const pong = [{ prefix: 'PING', answer: 'PONG' }]
const wire: Wire = { path: '/', replies: pong, live: '"t":"live"' }

/** The product as it is, with one chat that everybody follows as its client and in which an operator writes. */
export type DeskbellContender = Contender & { readonly db: Database }

export async function startDeskbell(env: Record<string, string> = {}): Promise<DeskbellContender> {
  await using undo = new AsyncDisposableStack()
  const postgres = undo.use(await startOwnPostgres())
  const server = undo.use(await startProductServer(postgres.connectionString, env))
  const contender = undo.use(await contenderOn(postgres.connectionString, server))
  const running = undo.move()
  return { ...contender, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Signs in on a server that nobody has used yet. Disposing it leaves the server alone. */
export async function contenderOn(
  connectionString: string,
  { url, wsUrl, pid }: ProductServer,
): Promise<DeskbellContender> {
  const db = openDatabase({ connectionString, poolMax: 1, applicationName: 'bench' })
  const client = await signInByRest(url, 'client')
  const operator = await signInByRest(url, 'operator')
  const chatId = await createChat(url, client.token)
  return {
    ...{ name: 'Deskbell', wsUrl, pid, db, wire, versions: {} },
    databasePid: await postmasterOf(db),
    publisher: publisherOf(operator.token, chatId),
    prepare: () => db.pool.query('vacuum (analyze)'),
    async login() {
      const cursor = await newestCursor(url, { token: client.token, chatId })
      return { token: client.token, greeting: [followFrame(chatId, cursor)] }
    },
    [Symbol.asyncDispose]: () => db.close(),
  }
}

function publisherOf(token: string, chatId: number): PublisherWire {
  return {
    ...{ path: '/', token, replies: pong, ready: null, acked: '"duplicate":' },
    frame(text, nr) {
      const input = { chatId, text, clientMsgId: `bench-${nr}` }
      return JSON.stringify({ id: nr, method: 'mutation', params: { path: 'messages.send', input } })
    },
  }
}

/** Follows a chat from a place in its log, as a page does that has just loaded the newest part of it. */
export function followFrame(chatId: number, cursor?: string): string {
  const input = { chatId, ...(cursor !== undefined && { cursor }) }
  return JSON.stringify({ id: 1, method: 'subscription', params: { path: 'chats.events', input } })
}

const pageSchema = z.object({ result: z.object({ data: z.object({ cursor: z.string() }) }) })

async function newestCursor(url: string, { token, chatId }: { token: string; chatId: number }): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ chatId, limit: 1 }))
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/trpc/chats.page?input=${input}`, { headers })
  return pageSchema.parse(await response.json()).result.data.cursor
}

const chatSchema = z.object({ chat: z.object({ id: z.number() }) })

async function createChat(url: string, token: string): Promise<number> {
  const response = await fetch(`${url}/api/chats`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  return chatSchema.parse(await response.json()).chat.id
}

/** The parent of whichever process serves us. */
async function postmasterOf(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  const stat = readFileSync(`/proc/${rows[0]?.pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}
