import { execute } from '@deskbell/testkit/execute'
import { userPassword } from '../peers/ejabberd-server.ts'
import { type Prosody, startProsody } from '../peers/prosody-server.ts'
import { type BenchPostgres, peerName } from '../suite/bench-postgres.ts'
import { signInXmpp } from './connections/xmpp-session.ts'
import type { SendPeer } from './peer-contender.ts'
import { type SendField, senderCount } from './send-field.ts'
import { countRows } from './stored-count.ts'

const archive = {
  database: peerName,
  table: 'prosodyarchive',
  id: 'sort_id',
  // Every message has two rows: the sender's is counted, as for ejabberd.
  where: `store = 'archive' and "user" like 's%'`,
}

/** Prosody with its archive in the database of the peers, beside the tables of ejabberd. */
export async function prosodyPeer(prosody: Prosody, { postgres }: SendField): Promise<SendPeer> {
  const pairs = Array.from({ length: senderCount }, (_, nth) => [`s${nth}`, `r${nth}`])
  await layUsers(postgres, prosody, pairs.flat())
  return {
    name: 'Prosody',
    kind: 'xmpp',
    count: () => countRows(postgres, archive),
    async start() {
      const server = await startProsody(prosody, postgres)
      const url = addressOf(server)
      const credentials = (nth: number) => ({ url, name: String(nth), secret: userPassword })
      return { ...server, credentials: async (count) => Array.from({ length: count }, (_, nth) => credentials(nth)) }
    },
  }
}

function addressOf({ port }: { port: number }): string {
  return `ws://127.0.0.1:${port}/xmpp-websocket`
}

/** It makes its tables when it is first asked for a user, whoever that is; then the users are put into them. */
async function layUsers(postgres: BenchPostgres, prosody: Prosody, users: readonly string[]): Promise<void> {
  await using server = await startProsody(prosody, postgres)
  const credentials = { url: addressOf(server), name: 'nobody', secret: userPassword }
  await signInXmpp({ credentials, name: 'nobody', onBroken: () => undefined }).catch(() => undefined)
  const rows = users.map((name) => `('localhost', '${name}', 'accounts', 'password', 'string', '${userPassword}')`)
  const insert = `insert into prosody (host, "user", store, key, type, value) values ${rows.join()}`
  await execute(postgres.adminOf(peerName), insert)
}
