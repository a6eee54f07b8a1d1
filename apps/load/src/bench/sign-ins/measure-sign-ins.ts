import { setTimeout as delay } from 'node:timers/promises'
import { inviteOutputSchema } from '@deskbell/contract/accounts'
import { chatOutputSchema } from '@deskbell/contract/chats'
import { loginOutputSchema } from '@deskbell/contract/users'
import type { z } from 'zod'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { startBenchPostgres } from '../suite/bench-postgres.ts'
import { startChildProgram } from '../suite/child-program.ts'
import { startProductServer } from '../suite/product-server.ts'
import type { DeliveryReading, SignInOrder, StormReading } from './sign-in-clients.ts'

export type SignInOptions = { atOnce: number; operators: number; seconds: number }

export type DeliveryDelays = { sent: number; p50: number; p99: number }
export type SignInReport = {
  calm: DeliveryDelays
  beside: DeliveryDelays
  signInsPerSecond: number
  refusedPerSecond: number
}

const password = 'violet otter kayak 71'
const warmMs = 1_000

/** The delays of messages alone, and while operators sign in all at once. */
export async function measureSignIns({ atOnce, operators, seconds }: SignInOptions): Promise<SignInReport> {
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
  const [conversation, storm] = [start(), start()]
  const write = async (length: number) => {
    const order = { url, token: guest.token, operatorToken: admin.token, chatId: chat.id, seconds: length }
    return delaysOf((await conversation.ask({ t: 'write', ...order })) as DeliveryReading)
  }
  await write(Math.min(seconds, 3))
  const calm = await write(seconds)
  await storm.ask({ t: 'storm', url, emails, password, atOnce })
  const stormAt = performance.now()
  await delay(warmMs)
  const beside = await write(seconds)
  const { signedIn, refused } = (await storm.ask({ t: 'rest' })) as StormReading
  const perSecond = 1_000 / (performance.now() - stormAt)
  return { calm, beside, signInsPerSecond: signedIn * perSecond, refusedPerSecond: refused * perSecond }
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
