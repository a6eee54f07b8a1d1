import { frameBytesMax, socketBatchMax } from '@deskbell/contract/limits'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitBatch } from './observed-socket.ts'

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
