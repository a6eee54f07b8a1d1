import { expect, test } from 'vitest'
import { decodePayload, encodeHints } from './hint-codec.ts'
import { chatHint, markHint } from './testing/bus-contract.ts'

const bytesMax = 7_500

test('[BUS-1] hints come back as they were, in payloads below the limit, also when they are not ASCII', () => {
  const hints = Array.from({ length: 60 }, (_, index) =>
    chatHint({ chatId: 1, seq: index + 1, text: `привет ${'я'.repeat(500)}` }),
  )
  const payloads = encodeHints('me', hints, bytesMax)
  expect(payloads.length).toBeGreaterThan(5)
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(bytesMax)
  expect(payloads.flatMap((payload) => decodePayload(payload)?.hints ?? [])).toEqual(hints)
})

test('[BUS-1] a hint that would not fit loses its entries, never its place', () => {
  const large = chatHint({ chatId: 1, seq: 9, text: 'x'.repeat(16_000) })
  const [payload = '', ...rest] = encodeHints('me', [markHint(1), large], bytesMax)
  expect(rest).toEqual([])
  expect(decodePayload(payload)?.hints).toEqual([markHint(1), { ...large, entries: [] }])
})

test('[BUS-1] a hint at the very edge fits', () => {
  for (let chars = 6_900; chars < 7_400; chars += 1) {
    const payloads = encodeHints('me', [chatHint({ chatId: 1, seq: 1, text: 'x'.repeat(chars) })], bytesMax)
    expect(payloads).toHaveLength(1)
    expect(Buffer.byteLength(payloads[0] ?? '')).toBeLessThanOrEqual(bytesMax)
  }
})

test('[BUS-2] nothing that is not ours is believed', () => {
  expect(decodePayload('')).toBeNull()
  expect(decodePayload('{"from":')).toBeNull()
  expect(decodePayload('[1,2]')).toBeNull()
  expect(decodePayload('{"from":"x","hints":3}')).toBeNull()
  const mixed = JSON.stringify({ from: 'x', hints: [{ t: 'chat' }, null, { t: 'later' }, markHint(1)] })
  expect(decodePayload(mixed)).toEqual({ from: 'x', hints: [markHint(1)], broken: 3 })
})
