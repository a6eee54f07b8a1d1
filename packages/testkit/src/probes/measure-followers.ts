/**
 * Measures the memory of a followed chat, a follower and an entry:
 *
 *   node --expose-gc packages/testkit/src/probes/measure-followers.ts
 */

import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import type { Chat } from '@deskbell/contract/chats'
import { followChat } from '@deskbell/core/chats/follow-chat'
import { createCore } from '@deskbell/core/create-core'
import { openDatabase } from '@deskbell/db/database'
import { startOwnPostgres } from '../database/own-postgres.ts'
import { newChat, newClient, sendText } from '../factories.ts'
import { testSecrets } from '../fresh-core.ts'
import { silentLogger } from '../silent-logger.ts'
import { testFiles } from '../test-files.ts'
import { StreamProbe } from './stream-probe.ts'

const chatsCount = 1_000
const followersCount = 4_000

await using postgres = await startOwnPostgres()
const db = openDatabase({ connectionString: postgres.connectionString, poolMax: 10, applicationName: 'measure' })
await using files = await testFiles()
const core = createCore({
  db,
  bus: createInProcessBus(),
  log: silentLogger,
  authMode: 'open',
  secrets: testSecrets(),
  files,
})
await core.start()
const client = await newClient(core)
const chats: Chat[] = []
for (let nth = 0; nth < chatsCount; nth += 1) chats.push(await newChat(core, client))

/** Follows one of the chats, and discards the frames that have arrived when it is live. */
async function follow(nth: number): Promise<StreamProbe<{ t: string }>> {
  const chatId = chats[nth % chatsCount]?.id
  if (chatId === undefined) throw new Error('There are no chats.')
  const probe = new StreamProbe((signal) => followChat(core, client, { chatId, signal }))
  await probe.until('live')
  probe.received.length = 0
  return probe
}

const empty = heapBytes()
const first = await Promise.all(chats.map((_, nth) => follow(nth)))
const withChats = heapBytes()
const more = await Promise.all(Array.from({ length: followersCount }, (_, nth) => follow(nth)))
const withFollowers = heapBytes()
for (const chat of chats) await sendText(core, client, { chatId: chat.id, text: 'x'.repeat(100) })
for (const probe of [...first, ...more]) probe.received.length = 0
const { entries, bytes } = core.hub.memory()
const withEntries = heapBytes()

const perFollower = (withFollowers - empty - (withChats - empty)) / followersCount
console.log(`per follower:      ${kilobytes(perFollower)}`)
console.log(`per followed chat: ${kilobytes((withChats - empty) / chatsCount - perFollower)} beside its followers`)
console.log(
  `per entry:         ${kilobytes((withEntries - withFollowers) / entries)} of heap for ${Math.round(bytes / entries)} bytes on the wire`,
)
await Promise.all([...first, ...more].map((probe) => probe.stop()))
await core.stop()
await db.close()

function heapBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function kilobytes(count: number): string {
  return `${(count / 1024).toFixed(1)} KB`
}
