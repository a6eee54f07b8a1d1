import { openSocket } from '../lines/open-socket.ts'
import { anyOf, messageName, type SendConnection, type SendConnectionOptions } from './send-connection.ts'

/** What the product answers to a call that went well begins like this; everything else is read in full. */
const wellAnswered = /^\{"id":(\d+),"result":/

/**
 * Speaks tRPC's frames as its own `wsLink` does: the calls of one turn go as one frame, so that sixteen
 * acknowledgements that came together are followed by one frame and not by sixteen.
 */
export async function openDeskbellConnection(options: SendConnectionOptions): Promise<SendConnection> {
  const { credentials, chatIds, text } = options
  let turn: string[] = []
  const flush = () => {
    const calls = turn
    turn = []
    socket.send(calls.length === 1 ? (calls[0] ?? '') : `[${calls.join()}]`)
  }
  const socket = await openSocket(credentials.url, {
    headers: { authorization: `Bearer ${credentials.secret}` },
    onText: (frame) => read(frame, options),
    onBroken: options.failed,
  })
  const tail = JSON.stringify({ text }).slice(1, -1)
  return {
    send(place) {
      const input = `{"chatId":${anyOf(chatIds)},${tail},"clientMsgId":"${messageName()}"}`
      turn.push(`{"id":${place},"method":"mutation","params":{"path":"messages.send","input":${input}}}`)
      if (turn.length === 1) queueMicrotask(flush)
    },
    close: socket.close,
  }
}

const overloaded = /^\{"id":(\d+),"error":.*"code":"unavailable"/

function read(frame: string, { acknowledged, unavailable, failed }: SendConnectionOptions): void {
  const place = wellAnswered.exec(frame)?.[1]
  const refused = place === undefined ? overloaded.exec(frame)?.[1] : undefined
  if (place !== undefined) acknowledged(Number(place))
  else if (refused !== undefined) unavailable(Number(refused))
  else if (frame.includes('"error"')) failed(frame)
}
