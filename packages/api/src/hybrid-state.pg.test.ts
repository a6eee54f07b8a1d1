import { isDeepStrictEqual } from 'node:util'
import { loginOutputSchema, type Role } from '@deskbell/contract/users'
import { uniqueId } from '@deskbell/testkit/factories'
import {
  type Cast,
  type HybridCase,
  hybridCases,
  type Participant,
  sendSome,
} from '@deskbell/testkit/hybrid/hybrid-cases'
import { HybridProgram } from '@deskbell/testkit/hybrid/hybrid-program'
import type { HybridView } from '@deskbell/testkit/hybrid/hybrid-view'
import { createRestProbe, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeProcedures } from './describe-procedures.ts'
import { appRouter } from './router.ts'

/*
 * For every mutation, and for every user whom it may concern, a program that followed or resumed must show the same as
 * a program that loads everything anew.
 *
 *   early    loads before the first message, and resumes from there after the mutation
 *   there    loads, and follows during the mutation
 *   away     loads, and resumes from there after the mutation
 *   newcomer loads after the mutation
 */

let server: TestServer
let rest: RestProbe

beforeAll(async () => {
  server = await startTestServer({ closedChat: 'reopen', poolMax: 20 })
  rest = await createRestProbe(server.url)
})

afterAll(() => server.close())

const cases = Object.entries(hybridCases).flatMap(([name, each]) => each.map((one) => ({ name, ...one })))

it('[LIVE-20] every mutation of the router has a case', () => {
  const mutations = describeProcedures(appRouter).filter(({ type }) => type === 'mutation')
  expect(Object.keys(hybridCases).sort()).toEqual(mutations.map(({ name }) => name).sort())
})

it.each(cases)('[LIVE-20] $name, $what: all that followed or resumed show what a newcomer loads', async (each) => {
  using stack = new DisposableStack()
  await tryCase(each, await newCast(stack), stack)
})

async function tryCase(each: HybridCase, cast: Cast, stack: DisposableStack): Promise<void> {
  const participants = [cast.client, cast.operator, cast.colleague]
  const load = ({ login }: Participant) => stack.use(new HybridProgram(server.wsUrl, login)).load(cast.chatId)
  const early = await Promise.all(participants.map(load))
  await sendSome(cast)
  await each.before?.(cast)
  const there = await Promise.all(participants.map(async (participant) => (await load(participant)).follow()))
  const away = await Promise.all(participants.map(load))
  const shown = there.map(({ view }) => withoutCounts(view))
  await each.act(cast)
  await Promise.all([...early, ...away].map((program) => program.follow()))
  const groups = participants.map((participant, nth) => ({
    participant,
    programs: [early, there, away].flatMap((all) => all[nth] ?? []),
  }))
  const settled = (same: Same) => Promise.all(groups.map((group) => settle(group, cast, same)))
  await settled(each.renames === true ? sameButNames : isDeepStrictEqual)
  const isSilent = isDeepStrictEqual(
    there.map(({ view }) => withoutCounts(view)),
    shown,
  )
  expect(isSilent).toBe(each.isSilent ?? false)
  // Every late frame arrives before this message in every stream.
  await cast.client.program.client.messages.send.mutate({ ...cast.said(), text: 'the end' }).catch(() => undefined)
  await settled(each.renames === true ? sameButAuthors : isDeepStrictEqual)
}

type Same = (shown: HybridView, loaded: HybridView) => boolean
type Group = { participant: Participant; programs: HybridProgram[] }

/** Loads a newcomer again until all show the same, because a frame may arrive later than a response. */
async function settle({ participant, programs }: Group, { chatId }: Cast, same: Same): Promise<void> {
  let loaded: HybridView | undefined
  const areSame = async () => {
    using newcomer = await new HybridProgram(server.wsUrl, participant.login).load(chatId)
    const { view } = newcomer
    loaded = view
    return programs.every((program) => same(program.view, view))
  }
  await waitFor(areSame, { intervalMs: 100 }).catch((cause) => {
    for (const program of programs) expect(program.view, String(cause)).toEqual(loaded)
    throw cause
  })
}

function withoutCounts({ log, rows }: HybridView) {
  return { log, rows }
}

/** A user's new name appears in a row only with the next change of the chat, and never in entries shown before. */
const sameButNames: Same = (shown, loaded) => isDeepStrictEqual(nameless(shown), nameless(loaded))

const sameButAuthors: Same = (shown, loaded) =>
  sameButNames(shown, loaded) && isDeepStrictEqual(shown.rows, loaded.rows)

function nameless({ log, rows, counts }: HybridView): unknown {
  const text = JSON.stringify({ log, counts, rows: Object.fromEntries(rows) })
  return JSON.parse(text, (key, field) => (key === 'name' ? undefined : field))
}

async function signIn(role: Role, stack: DisposableStack): Promise<Participant> {
  const login = await loginByRest({ email: `${uniqueId(role)}@example.test`, name: `A ${role}`, role })
  return { login, program: stack.use(new HybridProgram(server.wsUrl, login)) }
}

async function loginByRest(body: object) {
  return loginOutputSchema.parse((await rest.call('POST', '/users/login', { body })).json)
}

async function newCast(stack: DisposableStack): Promise<Cast> {
  const client = await signIn('client', stack)
  const operator = await signIn('operator', stack)
  const colleague = await signIn('operator', stack)
  const { chat } = await client.program.client.chats.create.mutate({})
  return {
    client,
    operator,
    colleague,
    chatId: chat.id,
    messages: [],
    said: () => ({ chatId: chat.id, text: 'something', clientMsgId: uniqueId('hybrid') }),
    login: ({ login: { user } }, name = user.name) => loginByRest({ email: user.email, role: user.role, name }),
    logout: async ({ token }) => void (await rest.call('POST', '/users/logout', { token })),
  }
}
