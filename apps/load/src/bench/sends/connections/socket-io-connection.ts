import { openSocket } from '../lines/open-socket.ts'
import { anyOf, messageName, type SendConnection, type SendConnectionOptions } from './send-connection.ts'

/** `43`, the number of the event, and what the server gave to the callback. */
const acknowledgement = /^43(\d+)\[(.*)\]$/

/**
 * Socket.IO's protocol by hand, because its own client costs more than the server that is measured: `0` opens the
 * transport and `40` the session, `42` is an event and `43` its acknowledgement, `2` and `3` are ping and pong.
 */
export async function openSocketIoConnection(options: SendConnectionOptions): Promise<SendConnection> {
  const { credentials, chatIds, text, acknowledged, failed } = options
  const joined = Promise.withResolvers<void>()
  const socket = await openSocket(`${credentials.url}/socket.io/?EIO=4&transport=websocket`, {
    onText(packet, { send }) {
      const [, place, answer] = acknowledgement.exec(packet) ?? []
      if (place !== undefined && answer === '"stored"') acknowledged(Number(place))
      else if (packet === '2') send('3')
      else if (packet.startsWith('0')) send('40')
      else if (packet.startsWith('40')) joined.resolve()
      else failed(packet)
    },
    onBroken: failed,
  })
  await joined.promise
  const rest = JSON.stringify({ userId: Number(credentials.name), text }).slice(1)
  return {
    send(place) {
      socket.send(`42${place}["message",{"chatId":${anyOf(chatIds)},"name":"${messageName()}",${rest}]`)
    },
    close: socket.close,
  }
}
