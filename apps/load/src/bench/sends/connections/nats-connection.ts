import { openSocket } from '../lines/open-socket.ts'
import { anyOf, messageName, type SendConnection, type SendConnectionOptions } from './send-connection.ts'

/** The stream that takes every message, and its subjects, one a chat. */
export const natsStream = { name: 'CHATS', subjects: ['chats.*'], storage: 'file', num_replicas: 1 }

/** JetStream answers a publication on the subject that it names; the last word of that subject is the place. */
export async function openNatsConnection(options: SendConnectionOptions): Promise<SendConnection> {
  const { credentials, chatIds, text, acknowledged, failed } = options
  const inbox = `_INBOX.${messageName()}`
  const socket = await openNats(credentials.url, {
    inbox,
    onMessage(subject, payload) {
      if (payload.includes('"error"')) failed(payload)
      else acknowledged(Number(subject.slice(inbox.length + 1)))
    },
    onBroken: failed,
  })
  const rest = JSON.stringify({ text }).slice(1)
  return {
    send(place) {
      const payload = `{"name":"${messageName()}",${rest}`
      socket.send(`PUB chats.${anyOf(chatIds)} ${inbox}.${place} ${payload.length}\r\n${payload}\r\n`)
    },
    close: socket.close,
  }
}

/** Asks the server one thing, such as to make a stream. */
export async function askNats(url: string, subject: string, question: unknown): Promise<unknown> {
  const answer = Promise.withResolvers<string>()
  const inbox = `_INBOX.${messageName()}`
  const onMessage = (_subject: string, payload: string) => answer.resolve(payload)
  const onBroken = (reason: string) => answer.reject(new Error(reason))
  const socket = await openNats(url, { inbox, onMessage, onBroken })
  const text = JSON.stringify(question)
  socket.send(`PUB ${subject} ${inbox}.1 ${text.length}\r\n${text}\r\n`)
  const payload = await answer.promise.finally(socket.close)
  return JSON.parse(payload)
}

type NatsOptions = {
  inbox: string
  onMessage(subject: string, payload: string): void
  onBroken(reason: string): void
}

/** A connection that subscribes to its inbox. A frame may hold several messages, and a message may come in several. */
async function openNats(url: string, { inbox, onMessage, onBroken }: NatsOptions) {
  const ready = Promise.withResolvers<void>()
  let unread = ''
  const socket = await openSocket(url, {
    onText(chunk, { send }) {
      unread += chunk
      for (let end = unread.indexOf('\r\n'); end !== -1; end = unread.indexOf('\r\n')) {
        const line = unread.slice(0, end)
        const [word, subject = ''] = line.split(' ')
        const size = word === 'MSG' ? Number(line.slice(line.lastIndexOf(' ') + 1)) + 2 : 0
        if (unread.length < end + 2 + size) return
        const payload = unread.slice(end + 2, end + size)
        unread = unread.slice(end + 2 + size)
        if (word === 'MSG') onMessage(subject, payload)
        else if (word === 'PING') send('PONG\r\n')
        else if (word === 'PONG') ready.resolve()
        else if (word === '-ERR') onBroken(line)
      }
    },
    onBroken,
  })
  socket.send(`CONNECT {"verbose":false,"pedantic":false}\r\nSUB ${inbox}.* 1\r\nPING\r\n`)
  await ready.promise
  return socket
}
