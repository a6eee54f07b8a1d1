import { type Ejabberd, layEjabberdTables, peoplePassword, startEjabberd } from '../peers/ejabberd-server.ts'
import { peerName } from '../suite/bench-postgres.ts'
import type { LinePeer } from './line-contender.ts'
import { type SendField, senderCount } from './send-field.ts'
import { countRows } from './stored-count.ts'

/** ejabberd with its archive in a database of its own on the same PostgreSQL. */
export async function ejabberdPeer(ejabberd: Ejabberd, { postgres }: SendField): Promise<LinePeer> {
  const pairs = Array.from({ length: senderCount }, (_, nth) => [`s${nth}`, `r${nth}`])
  await layEjabberdTables(postgres, ejabberd, pairs.flat())
  return {
    name: 'ejabberd',
    kind: 'xmpp',
    // Every message has two rows. The acknowledgement is promised for the sender's.
    count: () => countRows(postgres, { database: peerName, table: 'archive', where: `username like 's%'` }),
    async start() {
      const server = await startEjabberd(ejabberd, postgres)
      const url = `ws://127.0.0.1:${server.port}/ws`
      const seat = (nth: number) => ({ url, name: String(nth), secret: peoplePassword })
      return { ...server, seats: async (count) => Array.from({ length: count }, (_, nth) => seat(nth)) }
    },
  }
}
