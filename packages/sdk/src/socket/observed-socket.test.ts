import { getEventListeners } from 'node:events'
import { frameBytesMax, socketBatchMax } from '@deskbell/contract/limits'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { probeSocket, splitBatch } from './observed-socket.ts'

const call = fc.record({ id: fc.nat(), text: fc.string({ unit: 'grapheme', maxLength: 30 }), times: fc.nat(2_000) })

describe('splitBatch', () => {
  test('[SDK-9] every part fits the limits of the server, and together they are the batch', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), (specs) => {
        const calls = specs.map(({ id, text, times }) => ({ id, text: text.repeat(times) }))
        const parts = splitBatch(JSON.stringify(calls))
        expect(parts.flatMap((part) => JSON.parse(part))).toEqual(calls)
        for (const part of parts) {
          expect(JSON.parse(part).length).toBeLessThanOrEqual(socketBatchMax)
          if (JSON.parse(part).length > 1) expect(Buffer.byteLength(part)).toBeLessThan(frameBytesMax)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('[SDK-9] a frame that is not a batch stays as it is', () => {
    expect(splitBatch('PING')).toEqual(['PING'])
    expect(splitBatch('{"id":1}')).toEqual(['{"id":1}'])
  })
})

/** As much of an open socket as a probe uses. */
class OpenSocket extends EventTarget {
  readonly OPEN = 1
  readonly readyState = 1
  readonly send = vi.fn()
  readonly close = vi.fn()
}

test('probes of a socket that answers leave no listener behind, and a silent one is closed', () => {
  vi.useFakeTimers()
  const socket = new OpenSocket()
  const probe = () => probeSocket(socket as unknown as WebSocket, 1_000)
  for (let times = 0; times < 20; times += 1) {
    probe()
    socket.dispatchEvent(new Event('message'))
  }
  expect(['message', 'close'].map((event) => getEventListeners(socket, event).length)).toEqual([0, 0])
  vi.advanceTimersByTime(10_000)
  expect(socket.close).not.toHaveBeenCalled()
  probe()
  vi.advanceTimersByTime(1_000)
  expect(socket.close).toHaveBeenCalledOnce()
  vi.useRealTimers()
})
