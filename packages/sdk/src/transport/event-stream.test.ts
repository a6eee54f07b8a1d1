import { describe, expect, test } from 'vitest'
import { readEvents } from './event-stream.ts'

async function eventsOf(text: string, pieceBytes: number) {
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += pieceBytes) controller.enqueue(bytes.slice(at, at + pieceBytes))
      controller.close()
    },
  })
  const events = []
  for await (const event of readEvents(body, 1_000)) events.push(event)
  return events
}

describe.each([1, 2, 7, 1_000])('server-sent events in pieces of %i bytes', (pieceBytes) => {
  test.each([
    ['\n', 'LF'],
    ['\r\n', 'CRLF'],
    ['\r', 'CR'],
  ])(
    '[SDK-22] every line end of the standard (%j, %s), BOM, comments, ids and several data lines are read',
    async (end) => {
      const lines = [
        '\uFEFFevent: connected',
        'data: {}',
        '',
        ': a comment',
        'id: e:7',
        'data: {"a":',
        'data:"é"}',
        '',
        ': end',
        '',
      ]
      expect(await eventsOf(lines.join(end), pieceBytes)).toEqual([
        { event: 'connected', data: '{}', id: null },
        { event: 'message', data: '{"a":\n"é"}', id: 'e:7' },
      ])
    },
  )
})
