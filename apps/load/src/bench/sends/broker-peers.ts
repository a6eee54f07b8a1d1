import { z } from 'zod'
import { type Nats, startNats } from '../peers/nats-server.ts'
import { type RabbitMq, startRabbitMq } from '../peers/rabbitmq-server.ts'
import { askNats, natsStream } from './connections/nats-connection.ts'
import type { Credentials } from './connections/send-connection.ts'
import type { SendPeer } from './peer-contender.ts'
import type { StoredCount } from './stored-count.ts'

const infoSchema = z.object({ state: z.object({ messages: z.number() }) })

/** Brokers keep messages in files of their own, which begin empty with every run. */
export function natsPeer(nats: Nats): SendPeer {
  let url = ''
  return {
    name: 'NATS JetStream',
    kind: 'nats',
    keepsItself: true,
    count: async () => ({
      since: async () =>
        infoSchema.parse(await askNats(url, `$JS.API.STREAM.INFO.${natsStream.name}`, {})).state.messages,
    }),
    async start() {
      await using undo = new AsyncDisposableStack()
      const server = undo.use(await startNats(nats))
      url = `ws://127.0.0.1:${server.port}`
      const made = await askNats(url, `$JS.API.STREAM.CREATE.${natsStream.name}`, natsStream)
      infoSchema.parse(made)
      undo.move()
      return { ...server, credentials: credentialsFor({ url, name: '', secret: '' }) }
    },
  }
}

export function rabbitMqPeer(rabbitMq: RabbitMq): SendPeer {
  let stored: StoredCount | undefined
  return {
    name: 'RabbitMQ',
    kind: 'stomp',
    keepsItself: true,
    count: async () => ({ since: async () => (await stored?.since()) ?? 0 }),
    async start() {
      const server = await startRabbitMq(rabbitMq)
      stored = { since: server.count }
      const url = `ws://127.0.0.1:${server.port}/ws`
      return { ...server, credentials: credentialsFor({ url, name: 'bench', secret: 'bench' }) }
    },
  }
}

/** Everybody is the same user. */
function credentialsFor(credentials: Credentials): (count: number) => Promise<Credentials[]> {
  return async (count) => Array.from({ length: count }, () => credentials)
}
