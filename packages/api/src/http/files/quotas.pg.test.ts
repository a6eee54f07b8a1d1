import { clientFileBytesMax, fileBytesMax } from '@deskbell/contract/limits'
import { createFileWorld, type FileWorld, randomFile } from '@deskbell/testkit/file-world'
import { announce } from '@deskbell/testkit/probes/tus-probe'
import { testFiles } from '@deskbell/testkit/test-files'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { expect, test } from 'vitest'

async function announceLength({ tus, chatId }: FileWorld, token: string, length: number): Promise<string> {
  const headers = { ...announce({ chatId, bytes: randomFile(0) }), 'upload-length': String(length) }
  const response = await tus.call('POST', '/api/uploads', { token, headers })
  return response.status === 201 ? 'made' : ((await response.json()) as { code: string }).code
}

test('[FILE-6] a client announces at most 200 MiB in a day, however many uploads begin at once', async () => {
  let now = Date.now()
  await using server = await startTestServer({ clock: { now: () => new Date(now) } })
  const world = await createFileWorld(server)
  const begin = () => announceLength(world, world.client, fileBytesMax)
  const answers = await Promise.all(Array.from({ length: 12 }, begin))
  const most = clientFileBytesMax / fileBytesMax
  expect(answers.sort()).toEqual([...Array(most).fill('made'), ...Array(12 - most).fill('quota_exceeded')])
  expect(await announceLength(world, world.operator, fileBytesMax)).toBe('made')
  now += 25 * 60 * 60_000
  expect(await begin()).toBe('made')
})

test('[FILE-6] what was ended counts no longer', async () => {
  await using server = await startTestServer()
  const { tus, client, chatId } = await createFileWorld(server)
  const headers = { ...announce({ chatId, bytes: randomFile(0) }), 'upload-length': String(fileBytesMax) }
  const begin = () => tus.call('POST', '/api/uploads', { token: client, headers })
  const first = await begin()
  for (let nth = 1; nth < clientFileBytesMax / fileBytesMax; nth += 1) await begin()
  expect((await begin()).status).toBe(409)
  await tus.call('DELETE', first.headers.get('location') ?? '', { token: client })
  expect((await begin()).status).toBe(201)
})

test('[FILE-6] all files together take no more than the server is given, and leave room on its disk', async () => {
  await using files = await testFiles()
  await using full = await startTestServer({ files: { ...files, limits: { bytesMax: 100, freeBytesMin: 0 } } })
  const world = await createFileWorld(full)
  expect(await announceLength(world, world.operator, 60)).toBe('made')
  expect(await announceLength(world, world.client, 41)).toBe('quota_exceeded')
  expect(await announceLength(world, world.client, 40)).toBe('made')
  const limits = { bytesMax: 2 ** 40, freeBytesMin: 2 ** 50 }
  await using tight: TestServer = await startTestServer({ files: { ...files, limits } })
  const other = await createFileWorld(tight)
  expect(await announceLength(other, other.operator, 1)).toBe('quota_exceeded')
})
