import type { ProcedureDescription } from '@deskbell/api/describe-procedures'
import { inputJsonSchema } from '@deskbell/api/rest/openapi/json-schema'
import { frameBytesMax } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'
import fc from 'fast-check'
import { hostileNames, hostileValues, type KnownIds, valuesOf } from './schema-values.ts'

/** A text, so many times: a report of a failure stays readable. */
export type FuzzFrame = { kind: 'text' | 'binary'; text: string; times: number }

/** What one socket sends. It signs in at the upgrade, by its first frame, or not at all: then the frames come first. */
export type FuzzSession = { frames: FuzzFrame[]; signIn: 'upgrade' | 'frame' | 'none'; role: Role }

const frame = (text: string, times = 1): FuzzFrame => ({ kind: 'text', text, times })

/** Frames of one socket after another: calls, and frames that are broken, repeated or larger than anything. */
export function sessionsOf(procedures: readonly ProcedureDescription[], ids: KnownIds): fc.Arbitrary<FuzzSession> {
  const frames = framesOf(callsOf(procedures, ids))
  // Some frames come again, later or at once.
  const sequences = fc
    .tuple(fc.array(frames, { minLength: 1, maxLength: 10 }), fc.array(fc.nat({ max: 9 }), { maxLength: 4 }))
    .map(([first, again]) => [...first, ...again.flatMap((nth) => first[nth] ?? [])])
  const signIns = fc.constantFrom<FuzzSession['signIn'][]>('upgrade', 'upgrade', 'upgrade', 'frame', 'frame', 'none')
  return fc.record({ frames: sequences, signIn: signIns, role: fc.constantFrom<Role[]>('client', 'operator') })
}

/** Calls whose frame is as the protocol says, with any input. */
function callsOf(procedures: readonly ProcedureDescription[], ids: KnownIds): fc.Arbitrary<unknown> {
  const callIds = fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 20 }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...hostileNames, -1, 0.5, 2 ** 53) },
  )
  const calls = procedures.map(({ name, type, input }) =>
    fc.record({
      id: callIds,
      method: mostly(fc.constant<unknown>(type), fc.constantFrom<unknown>('query', 'mutation', 'subscription')),
      params: fc.record(
        {
          path: mostly(fc.constant(name), fc.constantFrom('users', 'chats.events.x', '..', ...hostileNames)),
          input: valuesOf(inputJsonSchema(input), ids),
          lastEventId: fc.string({ unit: 'binary', maxLength: 20 }),
        },
        { requiredKeys: ['path', 'input'] },
      ),
    }),
  )
  const stops = callIds.map((id) => ({ id, method: 'subscription.stop' }))
  return fc.oneof({ weight: 8, arbitrary: fc.oneof(...calls) }, { weight: 1, arbitrary: stops })
}

/** Objects that are no calls, though they have parts of one. */
const brokenCalls: fc.Arbitrary<unknown> = fc.record(
  {
    id: fc.oneof(fc.nat(), hostileValues),
    method: fc.oneof(fc.constantFrom<unknown>('query', 'subscription.stop', 'connectionParams'), hostileValues),
    params: fc.oneof(
      hostileValues,
      fc.record({ path: hostileValues, input: hostileValues, lastEventId: hostileValues }, { requiredKeys: [] }),
    ),
    jsonrpc: hostileValues,
  },
  { requiredKeys: [] },
)

function framesOf(calls: fc.Arbitrary<unknown>): fc.Arbitrary<FuzzFrame> {
  const texts = calls.map((call) => JSON.stringify(call))
  const batches = fc.array(calls, { maxLength: 25 }).map((batch) => JSON.stringify(batch))
  const good = fc.oneof(
    { weight: 8, arbitrary: texts.map((text) => frame(text)) },
    { weight: 2, arbitrary: batches.map((text) => frame(text)) },
    { weight: 1, arbitrary: fc.constantFrom(frame('PING'), frame('PONG'), frame('[]')) },
  )
  const cut = fc.tuple(texts, fc.nat({ max: 200 })).map(([text, length]) => text.slice(0, length))
  const changed = fc
    .tuple(texts, fc.nat({ max: 200 }), fc.string({ unit: 'binary', maxLength: 2 }))
    .map(([text, place, piece]) => text.slice(0, place) + piece + text.slice(place + 1))
  const twice = fc
    .tuple(texts, fc.constantFrom(...hostileNames, 'id', 'params'))
    .map(([text, name]) => `{${JSON.stringify(name)}:{"id":1,"method":"query"},${text.slice(1)}`)
  const mixed = fc.tuple(calls, brokenCalls).map((batch) => JSON.stringify(batch))
  const special = fc.constantFrom(
    frame(''),
    frame('PING', 100),
    frame('null'),
    frame('[', 100_000),
    frame('{"a":', 40_000),
    frame('x', frameBytesMax),
    frame('x', frameBytesMax + 1),
    frame('{"id":1,"method":"query","params":{"path":"users.me"}}', 2),
    frame('{"method":"connectionParams","data":null}'),
  )
  const binary = fc
    .string({ unit: 'binary-ascii', maxLength: 60 })
    .map((text): FuzzFrame => ({ kind: 'binary', text, times: 1 }))
  const brokenTexts = fc.oneof(
    cut,
    changed,
    twice,
    mixed,
    brokenCalls.map((call) => JSON.stringify(call)),
  )
  const broken = fc.oneof(
    { weight: 4, arbitrary: brokenTexts.map((text) => frame(text)) },
    { weight: 2, arbitrary: special },
    { weight: 1, arbitrary: binary },
  )
  // The first broken frame ends its socket, so there are few of them.
  return fc.oneof({ weight: 24, arbitrary: good }, { weight: 1, arbitrary: broken })
}

function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: rare })
}

export function bytesOf({ kind, text, times }: FuzzFrame): string | Buffer {
  const whole = text.repeat(times)
  return kind === 'text' ? whole : Buffer.from(whole, 'latin1')
}
