import { access } from 'node:fs/promises'
import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { waitFor } from '@deskbell/testkit/wait-for'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type S3Server, startS3Server } from '../testing/start-s3-server.ts'
import { describeStorage, keysOf, localFile, putBytes, readText } from '../testing/storage-contract.ts'
import { openS3Storage } from './s3-storage.ts'

describeStorage('S3 storage', async () => {
  const server = await startS3Server()
  const storage = await openS3Storage(server.settings)
  const dispose = storage[Symbol.asyncDispose].bind(storage)
  storage[Symbol.asyncDispose] = async () => {
    await dispose()
    await server[Symbol.asyncDispose]()
  }
  return storage
})

let server: S3Server
beforeAll(async () => {
  server = await startS3Server()
  return () => server[Symbol.asyncDispose]()
})

/** A server of this test, in front of the real one. */
async function startFront(listener: RequestListener): Promise<string> {
  const front = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    front.close()
    front.closeAllConnections()
  })
  await new Promise((resolve) => front.once('listening', resolve))
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`
}

/** Passes a request on, with the host for which it was signed. */
const passOn: RequestListener = (incoming, outgoing) => {
  const { port } = new URL(server.settings.endpoint)
  const { method, headers, url } = incoming
  const onward = request({ port, host: '127.0.0.1', method, headers, path: url }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(outgoing)
  })
  incoming.pipe(onward)
}

test('[FILE-27] two prefixes of one bucket are two stores', async () => {
  await using one = await openS3Storage({ ...server.settings, prefix: 'one' })
  await using other = await openS3Storage({ ...server.settings, prefix: '/other/store/' })
  await putBytes(one, 'a', 'of one')
  await putBytes(other, 'a', 'of the other')
  await using all = await openS3Storage({ ...server.settings, prefix: '' })
  expect(await readText(one, 'a')).toBe('of one')
  expect(await readText(other, 'a')).toBe('of the other')
  expect(await keysOf(one, '')).toEqual(['a'])
  expect(await keysOf(all, 'o')).toEqual(['one/a', 'other/store/a'])
})

test('[FILE-27] a put, a read and a list that are refused for a passing reason are repeated', async () => {
  const refused: string[] = []
  const endpoint = await startFront((incoming, outgoing) => {
    const { method = '' } = incoming
    const tries = refused.filter((each) => each === method).length
    if (tries >= 3) return passOn(incoming, outgoing)
    refused.push(method)
    if (tries === 1) return incoming.socket.destroy()
    outgoing.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint, prefix: 'repeated' })
  await putBytes(storage, 'a', 'kept')
  expect(await readText(storage, 'a')).toBe('kept')
  expect(await keysOf(storage, '')).toEqual(['a'])
  expect(refused.toSorted()).toEqual(['GET', 'GET', 'GET', 'PUT', 'PUT', 'PUT'])
})

test('[FILE-27] a service that stays away fails the call after four tries, and the local file is still there', async () => {
  let tries = 0
  const endpoint = await startFront((_, outgoing) => {
    tries += 1
    outgoing.writeHead(500).end()
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint })
  const path = await localFile(storage, 'x')
  await expect(storage.put('a', path)).rejects.toThrow('S3 PUT failed: 500')
  expect(tries).toBe(4)
  await access(path)
  await using nobody = await openS3Storage({ ...server.settings, endpoint: 'http://127.0.0.1:1' })
  await expect(nobody.read('a')).rejects.toThrow('S3 GET failed')
})

test('[FILE-27] a refusal fails at once, and its error names neither the keys nor a signature', async () => {
  const wrong = { ...server.settings, secretAccessKey: 'wrong-secret' }
  await using storage = await openS3Storage(wrong)
  await using missing = await openS3Storage({ ...server.settings, bucket: 'missing' })
  const errors = [
    await failure(putBytes(storage, 'a', 'x')),
    await failure(storage.read('a')),
    await failure(storage.remove('a')),
    await failure(keysOf(storage, '')),
    await failure(missing.read('a')),
    await failure(missing.remove('a')),
  ]
  expect(errors.map(({ message }) => message)).toEqual([
    'S3 PUT failed: 403 SignatureDoesNotMatch',
    'S3 GET failed: 403 SignatureDoesNotMatch',
    'S3 DELETE failed: 403 SignatureDoesNotMatch',
    'S3 GET failed: 403 SignatureDoesNotMatch',
    'S3 GET failed: 404 NoSuchBucket',
    'S3 DELETE failed: 404 NoSuchBucket',
  ])
  for (const error of errors) expect(JSON.stringify(error) + error.stack).not.toMatch(/wrong-|Signature=|Credential=/)
})

async function failure(call: Promise<unknown>): Promise<Error> {
  return await call.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  )
}

test('[FILE-27] an answer that breaks off fails the stream, and does not look like the end of the file', async () => {
  const endpoint = await startFront((_, outgoing) => {
    outgoing.writeHead(200, { 'content-length': '10' }).write('01234')
    setImmediate(() => outgoing.destroy())
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint })
  const stream = (await storage.read('a')) ?? Readable.from([])
  // Nobody listens while it breaks.
  await waitFor(() => stream.errored)
  await expect(buffer(stream)).rejects.toThrow()
})

test('[FILE-27] a service that ignores the range does not pass the whole for a part', async () => {
  const endpoint = await startFront((_, outgoing) => {
    outgoing.writeHead(200).end('0123456789')
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint })
  await expect(storage.read('a', { start: 3, end: 4 })).rejects.toThrow('S3 GET failed: 200')
})

test('[FILE-27] a put says how many bytes come and what their hash is', async () => {
  const seen: unknown[] = []
  const endpoint = await startFront((incoming, outgoing) => {
    const { 'content-length': length, 'x-amz-content-sha256': hash, 'transfer-encoding': encoding } = incoming.headers
    seen.push({ length, hash, encoding })
    passOn(incoming, outgoing)
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint })
  await putBytes(storage, 'a', 'hello world')
  await putBytes(storage, 'a', '')
  expect(seen).toEqual([
    { length: '11', hash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9', encoding: undefined },
    { length: '0', hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', encoding: undefined },
  ])
})

test('[FILE-27] a redirect is not followed', async () => {
  const endpoint = await startFront((_, outgoing) => {
    outgoing.writeHead(307, { location: server.settings.endpoint }).end()
  })
  await using storage = await openS3Storage({ ...server.settings, endpoint })
  await expect(storage.read('a')).rejects.toThrow('S3 GET failed: 307')
})

test('[FILE-27] settings that cannot be meant are refused, and the free bytes are not known', async () => {
  const { settings } = server
  for (const endpoint of ['', 'here', 'ftp://here', 'http://user:word@here', 'http://here/?query']) {
    await expect(openS3Storage({ ...settings, endpoint })).rejects.toThrow(TypeError)
  }
  for (const bucket of ['', 'a/b', 'UPPER', '..']) {
    await expect(openS3Storage({ ...settings, bucket })).rejects.toThrow(TypeError)
  }
  for (const prefix of ['../x', 'a?b', 'a b']) {
    await expect(openS3Storage({ ...settings, prefix })).rejects.toThrow(TypeError)
  }
  await using storage = await openS3Storage(settings)
  expect(await storage.freeBytes()).toBeNull()
  await storage[Symbol.asyncDispose]()
  await expect(access(storage.tempFolder)).rejects.toThrow('ENOENT')
})
