import { expect, test, vi } from 'vitest'
import { FrameBytes } from './frame-bytes.ts'

const textOf = (frame: Buffer) => JSON.parse(frame.subarray(frame[1] === 126 ? 4 : 2).toString())

test('[LIVE-22] a frame is encoded as JSON once for all followers, and as bytes once per call id', () => {
  const bytes = new FrameBytes()
  const toJSON = vi.fn(() => ({ t: 'hb', top: 3 }))
  const tracked = { id: 'e:3~a.1', frame: { toJSON } }
  const first = bytes.of(tracked, 1)
  expect(bytes.of(tracked, 1)).toBe(first)
  const other = bytes.of(tracked, 'two')
  expect(toJSON).toHaveBeenCalledOnce()
  const result = { type: 'data', id: 'e:3~a.1', data: { id: 'e:3~a.1', data: { t: 'hb', top: 3 } } }
  expect(textOf(first)).toEqual({ id: 1, result })
  expect(textOf(other)).toEqual({ id: 'two', result })
})

test('[LIVE-22] a different frame with the same id is encoded anew', () => {
  const bytes = new FrameBytes()
  bytes.of({ id: 'e:1', frame: { t: 'ev' } }, 1)
  expect(textOf(bytes.of({ id: 'e:1', frame: { t: 'live' } }, 1))).toMatchObject({
    result: { data: { data: { t: 'live' } } },
  })
})
