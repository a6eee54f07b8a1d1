import { accessTable, reopenTable } from '@deskbell/testkit/authorization/access-table'
import { CallSocket } from '@deskbell/testkit/authorization/call-socket'
import { callerNames, type UserName, userNames } from '@deskbell/testkit/authorization/callers'
import { Cast } from '@deskbell/testkit/authorization/cast'
import { Matrix } from '@deskbell/testkit/authorization/matrix'
import { allWays } from '@deskbell/testkit/authorization/ways'
import { tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { openSse, type SseReader } from '@deskbell/testkit/probes/sse-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeProcedures } from './describe-procedures.ts'
import { collectRoutes } from './rest/rest-routes.ts'
import { appRouter } from './router.ts'

/*
 * Every procedure of the router × every caller × every chat and message that it can be about × every transport. The
 * table in `testkit/authorization/access-table.ts` says who may what; a new procedure needs a row there. This runs in open
 * mode: admins, keys and who has no account are in `authorization-secure.pg.test.ts`.
 */

const procedures = describeProcedures(appRouter)
const routes = collectRoutes(appRouter)

let server: TestServer
let cast: Cast
let matrix: Matrix
let calls = 0

type Follower = { name: UserName; socket: CallSocket; sse: SseReader }
const following: Follower[] = []

beforeAll(async () => {
  server = await startTestServer({ poolMax: 20 })
  cast = await Cast.create(server)
  matrix = new Matrix(cast, allWays(server, routes))
  for (const name of userNames) following.push(await follow(name))
})

afterAll(async () => {
  for (const { socket, sse } of following) {
    await socket[Symbol.asyncDispose]()
    await sse[Symbol.asyncDispose]()
  }
  await server.close()
})

/** Follows the inbox of a user over both transports, while all calls are made. */
async function follow(name: UserName): Promise<Follower> {
  const session = cast.session(name)
  const socket = await CallSocket.open(server.wsUrl, session)
  socket.follow('inbox.events', {})
  return { name, socket, sse: await openSse(`${server.url}/trpc/inbox.events`, session.headers) }
}

it('[SEC-1] N15: every procedure has a row in the access table', () => {
  expect(Object.keys(accessTable).sort()).toEqual(procedures.map(({ name }) => name).sort())
})

it.each(callerNames)('[SEC-1] %s opens a socket only with a session', async (caller) => {
  const { headers, upgradePath, canSignIn } = cast.session(caller)
  const { status } = await tryUpgrade(server.wsUrl, { headers, path: canSignIn ? upgradePath : '/' })
  expect(status).toBe(canSignIn ? 101 : 401)
})

describe('calls that change nothing', () => {
  it.each(procedures)('[SEC-1] [SEC-2] [SEC-3] N11 N13: $name', async (procedure) => {
    const result = await matrix.tryUnchanging(procedure)
    calls += result.calls
    expect(result.violations).toEqual([])
  })
})

describe('calls that change something', () => {
  const changing = procedures.filter(({ name, type }) => type === 'mutation' && !isNeverDone(name))
  it.each(changing)('[SEC-1] [SEC-3] $name', async (procedure) => {
    const result = await matrix.tryChanging(procedure)
    calls += result.calls
    expect(result.calls).toBeGreaterThan(0)
    expect(result.violations).toEqual([])
  })
})

/** Whoever calls: in open mode nobody has an account. */
function isNeverDone(name: string): boolean {
  return accessTable[name]?.neverDone === true
}

it('[SEC-1] a client reopens its own chats only, where it may', async () => {
  await using reopening = await startTestServer({ closedChat: 'reopen', poolMax: 20 })
  const clients = new Matrix(await Cast.create(reopening), allWays(reopening, routes), reopenTable)
  for (const procedure of procedures.filter(({ name }) => name in reopenTable)) {
    const results = [await clients.tryUnchanging(procedure), await clients.tryChanging(procedure)]
    expect(results.flatMap(({ violations }) => violations)).toEqual([])
    expect(results.every((result) => result.calls > 0)).toBe(true)
  }
})

it('[SEC-3] what was sent to those who followed is theirs to see', async () => {
  // Whoever has received the last words has received everything before them.
  const last = [await cast.say('open'), await cast.say('foreign'), await cast.say('twins')]
  for (const { name, socket, sse } of following) {
    const words = last.filter(({ audience }) => audience.includes(name)).map(({ word }) => word)
    for (const text of [() => socket.received.join('\n'), () => sse.text()])
      await waitFor(() => words.every((word) => text().includes(word)), { what: `the last words for ${name}` })
    const received = [...socket.received, JSON.stringify([...sse.headers]), sse.text()].join('\n')
    expect(words.length, name).toBeGreaterThan(0)
    expect(matrix.leaksIn(received, name), name).toEqual([])
  }
})

it('[SEC-1] the matrix was not empty', () => {
  expect(calls).toBeGreaterThan(2_000)
})
