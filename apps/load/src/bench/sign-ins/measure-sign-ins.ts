import { setTimeout as delay } from 'node:timers/promises'
import { inviteOutputSchema } from '@deskbell/contract/access/accounts'
import { chatOutputSchema } from '@deskbell/contract/chats'
import { loginOutputSchema } from '@deskbell/contract/users'
import type { z } from 'zod'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { startBenchPostgres } from '../suite/bench-postgres.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startProductServer } from '../suite/product-server.ts'
import type { DeliveryReading, SignInOrder, StormReading } from './sign-in-clients.ts'

export type SignInOptions = { turns: number; atOnce: number; operators: number; calmSeconds: number }

export type DeliveryDelays = { sent: number; p50: number; p99: number }
/** A conversation alone, and then beside one storm, from its first sign-in to its last answer. */
export type SignInTurn = { calm: DeliveryDelays; beside: DeliveryDelays; storm: StormReading }

const password = 'violet otter kayak 71'
const pauseMs = 1_000

/** The delays of messages alone and while operators sign in all at once, in turns on one server. */
export async function measureSignIns(options: SignInOptions): Promise<SignInTurn[]> {
  const { turns, atOnce, operators, calmSeconds } = options
  await using stack = new AsyncDisposableStack()
  const postgres = stack.use(await startBenchPostgres())
  const server = stack.use(await startProductServer(postgres.connectionString, secure))
  const { url } = server
  const admin = await setUp(url, await server.setupToken())
  const emails: string[] = []
  for (let nth = 0; nth < operators; nth += 1) emails.push(await addOperator(url, admin.token, nth))
  const guest = await post(`${url}/api/auth/guest`, { body: {}, schema: loginOutputSchema })
  const { chat } = await post(`${url}/api/chats`, { body: {}, schema: chatOutputSchema, token: guest.token })
  const start = () => stack.use(startChildProgram<SignInOrder>(new URL('sign-in-main.ts', import.meta.url)))
  const [conversation, operatorsAtOnce] = [start(), start()]
  const order = { url, token: guest.token, operatorToken: admin.token, chatId: chat.id }
  await conversation.ask({ t: 'meet', ...order })
  const during = async <T>(work: () => Promise<T>): Promise<[DeliveryDelays, T]> => {
    await rest()
    await conversation.ask({ t: 'write' })
    const result = await work()
    return [delaysOf((await conversation.ask({ t: 'stop' })) as DeliveryReading), result]
  }
  const storm = async () => (await operatorsAtOnce.ask({ t: 'storm', url, emails, password, atOnce })) as StormReading
  /** A sign-in that succeeds stood behind all that the last storm has left. */
  const rest = async () => {
    for (let signedIn = 0; signedIn === 0; await delay(pauseMs)) {
      const order = { t: 'storm', url, emails, password, atOnce: 1 } as const
      signedIn = ((await operatorsAtOnce.ask(order)) as StormReading).signedIn
    }
  }
  // Neither the first messages nor the first sign-ins of a process are measured.
  await during(storm)
  const taken: SignInTurn[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const [calm] = await during(() => delay(calmSeconds * 1_000))
    const [stormy, reading] = await during(storm)
    taken.push({ calm, beside: stormy, storm: reading })
  }
  return taken
}

/** Rate limits stay on, as secure mode demands; each sign-in comes from an address of its own. */
const secure = { AUTH_MODE: 'secure', RATE_LIMITS: 'on', TRUST_PROXY: 'yes' }

async function setUp(url: string, token: string) {
  const admin = { email: 'grace@example.test', name: 'Grace', password }
  return await post(`${url}/api/auth/setup`, { body: { token, ...admin }, schema: loginOutputSchema })
}

async function addOperator(url: string, adminToken: string, nth: number): Promise<string> {
  const email = `operator-${nth}@example.test`
  const { link } = await post(`${url}/api/operators/invitations`, {
    body: { email, access: 'operator' },
    schema: inviteOutputSchema,
    token: adminToken,
  })
  const body = { token: new URL(link).hash.slice(1), name: `Operator ${nth}`, password }
  await post(`${url}/api/auth/accept`, { body, schema: loginOutputSchema })
  return email
}

type Call<S> = { body: object; schema: S; token?: string }

async function post<S extends z.ZodType>(url: string, { body, schema, token }: Call<S>): Promise<z.output<S>> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return schema.parse(await response.json())
}

function delaysOf({ sent, delays }: DeliveryReading): DeliveryDelays {
  const histogram = new DelayHistogram()
  histogram.join(delays)
  return { sent, p50: histogram.quantile(0.5) ?? 0, p99: histogram.quantile(0.99) ?? 0 }
}
