import { errorCodeSchema } from '@deskbell/contract/errors'
import type { LoginOutput } from '@deskbell/contract/users'
import type { Logger } from '@deskbell/core/logger'
import { emailOf, newChat, newOperator, sendText, signIn } from '@deskbell/testkit/factories'
import { assertNothingInternal, runFuzz } from '@deskbell/testkit/fuzz/run-fuzz'
import { bytesOf, type FuzzSession, sessionsOf } from '@deskbell/testkit/fuzz/socket-frames'
import { heapAfterCollection } from '@deskbell/testkit/heap-after-collection'
import { openRaw, type RawSocket } from '@deskbell/testkit/probes/live-probe'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { describeProcedures } from '../../describe-procedures.ts'
import { appRouter } from '../../router.ts'

/*
 * Random frames over real sockets. How to repeat a failure, and to run for longer: docs/guides/testing.md.
 */

const procedures = describeProcedures(appRouter)

let server: TestServer
let client: LoginOutput
let ids: Record<string, number[]>
let neighbour: RawSocket
const failures: string[] = []
const log: Logger = {
  ...silentLogger,
  error: (fields, message) => void failures.push(`${message} ${JSON.stringify(fields)}`),
}

beforeAll(async () => {
  server = await startTestServer({ log })
  const { core } = server
  const signedIn = await signIn(core, 'client')
  const [operator, other] = [await newOperator(core), await signIn(core, 'client')]
  const [own, foreign] = [await newChat(core, signedIn.actor), await newChat(core, other.actor)]
  const { message } = await sendText(core, signedIn.actor, { chatId: own.id })
  await sendText(core, operator, { chatId: own.id })
  client = signedIn
  ids = {
    chatId: [own.id, foreign.id],
    messageId: [message.id],
    operatorId: [operator.userId, signedIn.user.id],
    userIds: [signedIn.user.id],
    '': [signedIn.user.id],
  }
  neighbour = await openRaw(server.wsUrl, { token: (await signIn(core, 'operator')).token })
})

afterAll(async () => {
  await neighbour[Symbol.asyncDispose]()
  await server.close()
})

const answerSchema = z.object({ id: z.union([z.string(), z.number(), z.null()]) }).and(
  z.union([
    z.object({ result: z.object({ type: z.enum(['started', 'data', 'stopped']) }) }),
    z.object({
      error: z.object({
        data: z.object({ code: errorCodeSchema.exclude(['internal']), requestId: z.string().min(1) }),
      }),
    }),
  ]),
)

/** Too large, broken, and signed out. */
const closeCodesOfFaults = [1009, 4400, 4401]
let lastMark = 0
/** Calls that were no error: without any, the frames would prove little. */
let results = 0

/** Sends the frames, and waits until the server has dealt with all of them. */
async function play({ frames, signIn: way, role }: FuzzSession): Promise<void> {
  // A frame may be a sign-out, so each socket has a session of its own.
  const { user } = client
  const { token } = await signIn(server.core, role, { email: emailOf(user), name: user.name })
  await using socket = await openRaw(server.wsUrl, way === 'upgrade' ? { token } : { path: '/?connectionParams=1' })
  if (way === 'frame') socket.send({ method: 'connectionParams', data: { token } })
  for (const frame of frames) socket.send(bytesOf(frame))
  const mark = nextMark()
  if (way === 'none') socket.ws.close()
  else socket.send(me(mark))
  await waitFor(() => socket.closeCode() !== null || has(socket, mark), { what: 'the end of the frames' })
  const code = socket.closeCode()
  if (code !== null && way !== 'none') expect(closeCodesOfFaults).toContain(code)
  for (const received of socket.frames) {
    if (received === 'PING' || received === 'PONG') continue
    assertNothingInternal(received)
    answerSchema.parse(received)
    if (z.object({ result: z.unknown() }).safeParse(received).success) results += 1
  }
}

function nextMark(): string {
  lastMark += 1
  return `mark ${lastMark}`
}

function me(id: string): object {
  return { id, method: 'query', params: { path: 'users.me' } }
}

function has({ frames }: RawSocket, id: string): boolean {
  return frames.some((frame) => z.object({ id: z.literal(id) }).safeParse(frame).success)
}

async function expectNeighbourServed(): Promise<void> {
  const mark = nextMark()
  neighbour.send(me(mark))
  await waitFor(() => has(neighbour, mark), { what: 'the answer to the neighbour' })
  expect(neighbour.closeCode()).toBeNull()
  neighbour.frames.length = 0
}

async function playRound(): Promise<void> {
  await runFuzz(sessionsOf(procedures, ids), { runs: 70 }, async (session) => {
    await play(session)
    await expectNeighbourServed()
  })
  await waitFor(() => server.openSockets() === 1, { what: 'the end of all other sockets' })
  await waitFor(() => server.core.hub.memory().followers === 0, { what: 'the end of all streams' })
  expect(failures).toEqual([])
}

it('[SEC-5] whatever frames come, each answer fits the protocol, others are served, and no memory stays', async () => {
  await playRound()
  const before = await heapAfterCollection()
  await playRound()
  await playRound()
  expect((await heapAfterCollection()) - before).toBeLessThan(4_000_000)
  expect(results).toBeGreaterThan(50)
})
