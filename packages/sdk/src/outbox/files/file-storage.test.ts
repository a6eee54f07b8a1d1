import { chatIdSchema } from '@deskbell/contract/ids'
import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import { type FileRow, type FileStorage, MemoryFileStorage, waitingBytesMax } from './file-storage.ts'
import { openIndexedDbFiles } from './indexeddb-files.ts'

const chatId = chatIdSchema.parse(1)

function rowOf(clientMsgId: string, texts: readonly string[] = ['x']): FileRow {
  const files = texts.map((text) => ({
    name: `${text}.txt`,
    mediaType: 'text/plain',
    alt: `the ${text}`,
    blob: new Blob([text]),
  }))
  const waiting = { text: 'see', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 1, code: null, settled: null }
  return { chatId, clientMsgId, ...waiting, files, paths: files.map(() => null) }
}

async function textsOf(rows: readonly FileRow[]): Promise<string[][]> {
  return await Promise.all(rows.map(({ files }) => Promise.all(files.map(({ blob }) => blob.text()))))
}

const idsOf = (rows: readonly FileRow[]) => rows.map(({ clientMsgId }) => clientMsgId)

const openings: { name: string; open: () => Promise<{ here: FileStorage; there: FileStorage }> }[] = [
  {
    name: 'IndexedDB',
    open: async () => {
      const factory = new IDBFactory()
      return { here: await openIndexedDbFiles(factory, 'me'), there: await openIndexedDbFiles(factory, 'me') }
    },
  },
  {
    name: 'memory',
    open: async () => {
      const storage = new MemoryFileStorage()
      return { here: storage, there: storage }
    },
  },
]

describe.each(openings)('files in $name', ({ open }) => {
  test('[SDK-43] messages are read in the order of writing, each with its files, by other programs too', async () => {
    const { here, there } = await open()
    await here.add(rowOf('b', ['one', 'two']))
    await there.add(rowOf('a'))
    await here.add(rowOf('b', ['another']))
    const rows = await there.read()
    expect(idsOf(rows)).toEqual(['b', 'a'])
    expect(await textsOf(rows)).toEqual([['one', 'two'], ['x']])
    expect(rows[0]).toMatchObject({
      text: 'see',
      paths: [null, null],
      files: [{ name: 'one.txt', alt: 'the one' }, { name: 'two.txt' }],
    })
  })

  test('[SDK-43] a change keeps the files, and one of a removed message does nothing', async () => {
    const { here, there } = await open()
    await here.add(rowOf('a', ['one']))
    await there.change(rowOf('a'), { code: 'too_large', paths: ['/api/uploads/1'] })
    const rows = await here.read()
    expect(rows).toMatchObject([{ code: 'too_large', paths: ['/api/uploads/1'], waitsSince: 1 }])
    expect(await textsOf(rows)).toEqual([['one']])
    await here.remove(rowOf('a'))
    await there.change(rowOf('a'), { code: null })
    expect(await there.read()).toEqual([])
    await here.add(rowOf('a', ['again']))
    expect(await textsOf(await there.read())).toEqual([['again']])
  })

  test('[SDK-47] the uploads of a message are those of the first program that has them, until they are made anew', async () => {
    const { here, there } = await open()
    await here.add(rowOf('a'))
    expect(await here.settle(rowOf('a'), ['/first'])).toEqual(['/first'])
    expect(await there.settle(rowOf('a'), ['/second'])).toEqual(['/first'])
    await here.change(rowOf('a'), { settled: null })
    expect(await there.settle(rowOf('a'), ['/third'])).toEqual(['/third'])
    expect(await there.settle(rowOf('unknown'), ['/fourth'])).toEqual(['/fourth'])
  })
})

test('[SDK-45] the files of all accounts together are bounded, and one that does not fit leaves nothing', async () => {
  const factory = new IDBFactory()
  const [me, other] = [await openIndexedDbFiles(factory, 'me'), await openIndexedDbFiles(factory, 'other')]
  const large = { name: 'large', mediaType: '', blob: new Blob([new Uint8Array(waitingBytesMax - 10)]) }
  await other.add({ ...rowOf('a'), files: [large] })
  await expect(me.add(rowOf('b', ['more than ten bytes']))).rejects.toThrow('do not fit')
  expect(idsOf(await me.read())).toEqual([])
  await other.remove(rowOf('a'))
  await me.add(rowOf('b', ['more than ten bytes']))
  expect([idsOf(await me.read()), idsOf(await other.read())]).toEqual([['b'], []])
})
