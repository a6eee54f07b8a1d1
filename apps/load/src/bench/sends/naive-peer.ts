import { fileURLToPath } from 'node:url'
import { startPeerProcess } from '../peers/peer-process.ts'
import type { SendPeer } from './peer-contender.ts'
import type { SendField } from './send-field.ts'
import { countStored } from './stored-count.ts'

const program = fileURLToPath(new URL('../peers/naive-chat-server.ts', import.meta.url))

/** Socket.IO and pg on the product's own tables. */
export function naivePeer({ postgres, senderIds }: SendField): SendPeer {
  return {
    name: 'Socket.IO + pg',
    kind: 'socketIo',
    count: () => countStored(postgres),
    async start() {
      const server = await startPeerProcess('Socket.IO + pg', (port) => ({
        program: process.execPath,
        args: [program, postgres.connectionString, String(port)],
        answers: `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`,
      }))
      const url = `ws://127.0.0.1:${server.port}`
      const credentials = (nth: number) => ({ url, name: String(senderIds.first + nth), secret: '' })
      return { ...server, credentials: async (count) => Array.from({ length: count }, (_, nth) => credentials(nth)) }
    },
  }
}
