import { fileURLToPath } from 'node:url'
import { startPeerProcess } from '../peers/peer-process.ts'
import type { SendPeer } from './peer-contender.ts'
import type { SendField } from './send-field.ts'
import { type onEiows, type tuned, tutorial } from './sides.ts'
import { countStored } from './stored-count.ts'

const program = fileURLToPath(new URL('../peers/naive-chat-server.ts', import.meta.url))

export type NaiveKind = { name: typeof tutorial | typeof tuned } | { name: typeof onEiows; eiows: string }

/** Socket.IO and pg on the product's own tables: as tutorials have it, or as good as it is known to get. */
export function naivePeer({ postgres, senderIds }: SendField, kind: NaiveKind): SendPeer {
  const how = kind.name === tutorial ? 'tutorial' : 'tuned'
  const engine = 'eiows' in kind ? [kind.eiows] : []
  return {
    name: kind.name,
    kind: 'socketIo',
    count: () => countStored(postgres),
    async start() {
      const server = await startPeerProcess(kind.name, (port) => ({
        program: process.execPath,
        args: [program, postgres.connectionString, String(port), how, ...engine],
        answers: `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`,
      }))
      const url = `ws://127.0.0.1:${server.port}`
      const credentials = (nth: number) => ({ url, name: String(senderIds.first + nth), secret: '' })
      return { ...server, credentials: async (count) => Array.from({ length: count }, (_, nth) => credentials(nth)) }
    },
  }
}
