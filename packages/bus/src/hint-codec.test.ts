import { expect, test } from 'vitest'
import { decodePayload, encodeHints } from './hint-codec.ts'
import { chatHint, markHint } from './testing/bus-contract.ts'

const bytesMax = 7_500

test('[BUS-1] decoded hints equal the encoded ones, in payloads within the limit, also with non-ASCII text', () => {
  const hints = Array.from({ length: 60 }, (_, index) =>
    chatHint({ chatId: 1, seq: index + 1, text: `привет ${'я'.repeat(500)}` }),
  )
  const payloads = encodeHints('me', hints, bytesMax)
  expect(payloads.length).toBeGreaterThan(5)
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(bytesMax)
  expect(payloads.flatMap((payload) => decodePayload(payload)?.hints ?? [])).toEqual(hints)
})

test('[BUS-1] a hint that is too large for a payload is encoded without its entries', () => {
  const large = chatHint({ chatId: 1, seq: 9, text: 'x'.repeat(16_000) })
  const [payload = '', ...rest] = encodeHints('me', [markHint(1), large], bytesMax)
  expect(rest).toEqual([])
  expect(decodePayload(payload)?.hints).toEqual([markHint(1), { ...large, entries: [] }])
})

test('[BUS-1] a hint of any size near the limit makes one payload within the limit', () => {
  for (let chars = 6_900; chars < 7_400; chars += 1) {
    const payloads = encodeHints('me', [chatHint({ chatId: 1, seq: 1, text: 'x'.repeat(chars) })], bytesMax)
    expect(payloads).toHaveLength(1)
    expect(Buffer.byteLength(payloads[0] ?? '')).toBeLessThanOrEqual(bytesMax)
  }
})

test('[BUS-2] invalid payloads are rejected, and invalid hints are skipped and counted', () => {
  expect(decodePayload('')).toBeNull()
  expect(decodePayload('{"from":')).toBeNull()
  expect(decodePayload('[1,2]')).toBeNull()
  expect(decodePayload('{"from":"x","hints":3}')).toBeNull()
  const mixed = JSON.stringify({ from: 'x', hints: [{ t: 'chat' }, null, { t: 'later' }, markHint(1)] })
  expect(decodePayload(mixed)).toEqual({ from: 'x', hints: [markHint(1)], broken: 3 })
})
