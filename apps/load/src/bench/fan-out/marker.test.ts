import { expect, test } from 'vitest'
import { markedText, readMarkers } from './marker.ts'

test('[BENCH-4] every marker of a frame is found, and nothing where there is none', () => {
  const found: [number, number][] = []
  const read = (text: string) => readMarkers(Buffer.from(text), (nr, sentAt) => found.push([nr, sentAt]))
  const first = markedText({ nr: 7, sentAt: 1234.5678 }, 300)
  expect(first).toHaveLength(300)
  read(JSON.stringify([{ text: first }, { text: markedText({ nr: 8, sentAt: 1300 }, 40) }]))
  expect(found).toEqual([
    [7, 1234.568],
    [8, 1300],
  ])
  read('{"t":"live"}')
  read('an odd ~~')
  expect(found).toHaveLength(2)
})
