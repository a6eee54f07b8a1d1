import { openSocket } from '../lines/open-socket.ts'
import { anyOf, messageName, type SendConnection, type SendConnectionOptions } from './send-connection.ts'

/** STOMP 1.2: a frame ends with a zero byte. The receipt of a persistent message follows the publisher's confirm. */
export async function openStompConnection(options: SendConnectionOptions): Promise<SendConnection> {
  const { credentials, chatIds, text, acknowledged, failed } = options
  const joined = Promise.withResolvers<void>()
  const socket = await openSocket(credentials.url, {
    protocol: 'v12.stomp',
    onText(frames) {
      for (const frame of frames.split('\0')) {
        const receipt = /receipt-id:(\d+)/.exec(frame)?.[1]
        if (receipt !== undefined) acknowledged(Number(receipt))
        else if (frame.trimStart().startsWith('CONNECTED')) joined.resolve()
        else if (frame.trim() !== '') failed(frame)
      }
    },
    onBroken: failed,
  })
  const { name, secret } = credentials
  socket.send(`CONNECT\naccept-version:1.2\nhost:/\nlogin:${name}\npasscode:${secret}\nheart-beat:0,0\n\n\0`)
  await joined.promise
  const rest = JSON.stringify({ text }).slice(1)
  return {
    send(place) {
      const head = `SEND\ndestination:/queue/chats\npersistent:true\nreceipt:${place}\n\n`
      socket.send(`${head}{"chatId":${anyOf(chatIds)},"name":"${messageName()}",${rest}\0`)
    },
    close: socket.close,
  }
}
