import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { sweepLater } from '@deskbell/testkit/sweep-later'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { uploadByStockClient } from '../../src/programs/stock-upload.ts'
import { startServer } from '../../src/start-server.ts'

const kills = Number(process.env['DESKBELL_KILLS'] ?? 6)
const chunkSize = 256 * 1024

test('[FILE-3] [FILE-14] files arrive once and whole although the server is killed again and again, and nothing stays behind', async () => {
  await using database = await freshDatabase()
  await using server = await startServer({ env: { DATABASE_URL: database.connectionString } })
  const { token } = await signInByRest(server.url, 'client')
  const rest = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return await fetch(`${server.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const { chat } = await (await rest('/chats', {})).json()
  const sent: { id: string; bytes: Buffer }[] = []
  let done = 0
  while (done < kills) {
    const bytes = randomBytes(3_000_000)
    let progress = 0
    const uploading = uploadByStockClient({
      ...{ url: server.url, token, chatId: chat.id, bytes, chunkSize },
      onProgress: (count) => {
        progress = count
      },
    })
    for (let ofFile = 0; ofFile < 4 && done < kills; ofFile += 1) {
      const until = progress + Math.floor(Math.random() * 500_000)
      await waitFor(() => progress > until || progress === bytes.length)
      if (progress === bytes.length) break
      await server.kill()
      await server.restart()
      done += 1
    }
    const id = await uploading
    const answer = await rest(`/chats/${chat.id}/messages`, { text: '', clientMsgId: id, uploadIds: [id] })
    expect(answer.status).toBe(201)
    sent.push({ id, bytes })
  }
  for (const { id, bytes } of sent) {
    const stored = await fetch(`${server.url}/files/${id}`, { headers: { authorization: `Bearer ${token}` } })
    expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true)
  }
  const keys = await sweepLater(database.db, join(server.dataDir, 'files'))
  expect(keys).toEqual(sent.map(({ id }) => `files/${id}/file`).toSorted())
})
