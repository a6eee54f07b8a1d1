import { type Ejabberd, layEjabberdTables, startEjabberd, userPassword } from '../peers/ejabberd-server.ts'
import { peerName } from '../suite/bench-postgres.ts'
import type { SendPeer } from './peer-contender.ts'
import { type SendField, senderCount } from './send-field.ts'
import { countRows } from './stored-count.ts'

/** ejabberd with its archive in a database of its own on the same PostgreSQL. */
export async function ejabberdPeer(ejabberd: Ejabberd, { postgres }: SendField): Promise<SendPeer> {
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
      const credentials = (nth: number) => ({ url, name: String(nth), secret: userPassword })
      return { ...server, credentials: async (count) => Array.from({ length: count }, (_, nth) => credentials(nth)) }
    },
  }
}
