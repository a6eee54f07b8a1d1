import { expect, test } from 'vitest'
import { parseFrame, parseParams } from './socket-frames.ts'

const call = { id: 1, method: 'query', params: { path: 'users.me' } }

test('[SOCK-8] a call and a batch are parsed, and lastEventId becomes part of the input', () => {
  expect(parseFrame(JSON.stringify(call))).toEqual([{ id: 1, method: 'query', path: 'users.me', input: undefined }])
  const follow = { id: 'a', method: 'subscription', params: { path: 'p', input: { chatId: 1 }, lastEventId: 'e:1' } }
  const bare = { ...follow, params: { path: 'p', lastEventId: 'e:1' } }
  const stop = { id: 'a', method: 'subscription.stop' }
  expect(parseFrame(JSON.stringify([follow, bare, stop]))).toEqual([
    { id: 'a', method: 'subscription', path: 'p', input: { chatId: 1, lastEventId: 'e:1' } },
    { id: 'a', method: 'subscription', path: 'p', input: { lastEventId: 'e:1' } },
    stop,
  ])
})

test.each([
  'no json',
  'null',
  '7',
  '{}',
  JSON.stringify({ ...call, id: null }),
  JSON.stringify({ ...call, id: 'x'.repeat(201) }),
  '{"id":1e400,"method":"query","params":{"path":"users.me"}}',
  JSON.stringify({ ...call, method: 'delete' }),
  JSON.stringify({ ...call, params: null }),
  JSON.stringify({ ...call, params: [] }),
  JSON.stringify({ ...call, params: { path: 7 } }),
  JSON.stringify({ ...call, params: { path: 'p', lastEventId: 7 } }),
  JSON.stringify([call, [call]]),
  JSON.stringify(Array.from({ length: 201 }, () => call)),
])('[SOCK-12] a frame that breaks the protocol is invalid_input: %s', (text) => {
  expect(() => parseFrame(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

test('[SOCK-3] the first frame has a token or none, and anything else is invalid_input', () => {
  expect(parseParams('{"method":"connectionParams","data":{"token":"t"}}')).toEqual({ token: 't' })
  expect(parseParams('{"method":"connectionParams","data":null}')).toEqual({ token: undefined })
  for (const text of ['7', JSON.stringify(call), '{"method":"connectionParams","data":{"token":7}}']) {
    expect(() => parseParams(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  }
})
