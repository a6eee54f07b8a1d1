import { loginOutputSchema } from '@deskbell/contract/users'
import { inParallel } from '../in-parallel.ts'
import { startProductServer } from '../suite/product-server.ts'
import type { Credentials } from './connections/send-connection.ts'
import type { SendPeer } from './peer-contender.ts'
import { type SendField, senderEmail } from './send-field.ts'
import { countStored } from './stored-count.ts'

/** The product as it is shipped. Operators write, because they may write in every chat. */
export function deskbellPeer({ postgres }: SendField): SendPeer {
  return {
    name: 'Deskbell',
    kind: 'deskbell',
    count: () => countStored(postgres),
    async start() {
      const server = await startProductServer(postgres.connectionString)
      const { pid, url, wsUrl } = server
      return {
        pid,
        credentials: (count) => credentialsOf({ url, wsUrl }, count),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
  }
}

async function credentialsOf({ url, wsUrl }: { url: string; wsUrl: string }, count: number): Promise<Credentials[]> {
  const places = Array.from({ length: count }, (_, nth) => nth)
  return await inParallel(places, 4, async (nth) => ({
    url: wsUrl,
    name: senderEmail(nth),
    secret: await tokenOf(url, nth),
  }))
}

async function tokenOf(url: string, nth: number): Promise<string> {
  const response = await fetch(`${url}/api/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: senderEmail(nth), name: `operator ${nth}`, role: 'operator' }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
  return loginOutputSchema.parse(await response.json()).token
}
