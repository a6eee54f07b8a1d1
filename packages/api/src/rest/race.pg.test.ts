import { chatOutputSchema } from '@deskbell/contract/chats'
import { sendOutputSchema } from '@deskbell/contract/messages'
import type { LoginOutput } from '@deskbell/contract/users'
import { uniqueId } from '@deskbell/testkit/factories'
import { checkLog, failedOutcome, type SendRecord } from '@deskbell/testkit/history/checks/check-log'
import { countOrphans, readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe, type RestAnswer, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { raceSendsAgainstClose } from '@deskbell/testkit/races/race-sends-against-close'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const rounds = 200
const roundsAtOnce = 4
const sendsEach = 4
const atOnce = 50
/** Time limit for five thousand requests on a busy machine. */
const raceMs = 240_000

let server: TestServer
let rest: RestProbe
let client: LoginOutput
let operators: LoginOutput[]

beforeAll(async () => {
  server = await startTestServer({ poolMax: 20 })
  rest = await createRestProbe(server.url)
  client = await signInByRest(server.url, 'client')
  operators = await Promise.all(Array.from({ length: 5 }, () => signInByRest(server.url, 'operator')))
})

afterAll(() => server.close())

async function newChat(): Promise<number> {
  return chatOutputSchema.parse((await rest.call('POST', '/chats', { token: client.token })).json).chat.id
}

function send(chatId: number, token: string, body: { text: string; clientMsgId: string }): Promise<RestAnswer> {
  return rest.call('POST', `/chats/${chatId}/messages`, { token, body })
}

function outcomeOf(answer: RestAnswer): SendRecord['outcome'] {
  if (answer.code !== null) return failedOutcome(answer.code)
  return { kind: 'acknowledged', seq: sendOutputSchema.parse(answer.json).message.seq }
}

type Round = { violations: string[]; sends: SendRecord[] }

/** Runs a round. Over the rounds, the close begins after 0 to 23 acknowledged sends. */
async function runRound(round: number): Promise<Round> {
  const chatId = await newChat()
  const senders = [client, ...operators].map(({ user, token }) => ({
    userId: user.id,
    send: async (clientMsgId: string, text: string) => outcomeOf(await send(chatId, token, { clientMsgId, text })),
  }))
  const close = async () => {
    const answer = await rest.call('POST', `/chats/${chatId}/close`, { token: operators[0]?.token ?? '' })
    expect(answer.status).toBe(200)
  }
  const closeAfter = round % (senders.length * sendsEach)
  const sends = await raceSendsAgainstClose({ chatId, senders, close }, { sendsEach, closeAfter })
  const violations = checkLog({ ...(await readStoredLog(server.db, chatId)), sends })
  return { violations: violations.map((violation) => `round ${round}: ${violation}`), sends }
}

async function runAll(): Promise<Round[]> {
  const results: Round[] = []
  let next = 0
  const worker = async () => {
    for (let round = next++; round < rounds; round = next++) results.push(await runRound(round))
  }
  await Promise.all(Array.from({ length: roundsAtOnce }, worker))
  return results
}

describe('sends against a close by REST', () => {
  it(
    '[MSG-2] [MSG-3] [MSG-7] [MSG-13] acknowledged sends are stored once, refused ones never, none after the close',
    async () => {
      const results = await runAll()
      const outcomes = results.flatMap(({ sends }) => sends.map(({ outcome }) => outcome))
      expect(results.flatMap(({ violations }) => violations)).toEqual([])
      const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.code] : []))
      expect(new Set(refusals)).toEqual(new Set(['chat_closed']))
      // A race that one side always wins would prove nothing.
      expect(refusals.length).toBeGreaterThan(rounds / 2)
      expect(outcomes.length - refusals.length).toBeGreaterThan(rounds * 2)
      expect(Object.values(await countOrphans(server.db)).every((count) => count === 0)).toBe(true)
    },
    raceMs,
  )
})

describe('the same call many times at once by REST', () => {
  const many = <T>(work: (nth: number) => Promise<T>) =>
    Promise.all(Array.from({ length: atOnce }, (_, nth) => work(nth)))

  it('[MSG-6] fifty sends with one clientMsgId store one message and return 49 replays', async () => {
    const chatId = await newChat()
    const answers = await many(() => send(chatId, client.token, { text: 'once', clientMsgId: 'the-same' }))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(atOnce - 1)
    expect(new Set(answers.map(({ json }) => sendOutputSchema.parse(json).message.id)).size).toBe(1)
    expect((await readStoredLog(server.db, chatId)).entries).toHaveLength(1)
  })

  it('[AUTH-2] fifty sign-ins with a new email create one user', async () => {
    const body = { email: `${uniqueId('new')}@example.test`, name: 'New', role: 'client' }
    const answers = await many(() => rest.call('POST', '/users/login', { body }))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const ids = await server.db.pool.query('select id from users where email = $1', [body.email])
    expect(ids.rowCount).toBe(1)
  })

  it('[CHAT-2] fifty creations with one clientChatId create one chat', async () => {
    const call = { token: client.token, body: { clientChatId: uniqueId('chat') } }
    const answers = await many(() => rest.call('POST', '/chats', call))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ json }) => chatOutputSchema.parse(json).chat.id)).size).toBe(1)
  })

  it('[CHAT-7] of five operators who assign a chat to themselves one succeeds, the others get 409', async () => {
    const chatId = await newChat()
    const answers = await many((nth) => {
      const token = operators[nth % operators.length]?.token ?? ''
      return rest.call('POST', `/chats/${chatId}/assign-operator`, { token })
    })
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(atOnce / operators.length)
    expect(new Set(winners.map(({ json }) => chatOutputSchema.parse(json).chat.operator?.id)).size).toBe(1)
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ code }) => code))).toEqual(
      new Set(['already_assigned']),
    )
  })
})
