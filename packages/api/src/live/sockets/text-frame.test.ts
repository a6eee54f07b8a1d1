import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './text-frame.ts'

test('[SOCK-8] `ws` reads encoded texts of any length between its own frames', async () => {
  const texts = ['', 'short', 'x'.repeat(125), 'x'.repeat(126), 'ж'.repeat(200), '🔔'.repeat(20_000)]
  const wss = new WebSocketServer({ noServer: true })
  const http = createServer().on('upgrade', (request, line, head) => {
    wss.handleUpgrade(request, line, head, (socket) => {
      for (const [place, text] of texts.entries()) {
        if (place % 2 === 0) line.write(textFrame(text))
        else socket.send(text)
      }
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const received: string[] = []
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : String(data)))
  await waitFor(() => received.length === texts.length)
  expect(received).toEqual(texts)
  client.terminate()
  http.close()
})
