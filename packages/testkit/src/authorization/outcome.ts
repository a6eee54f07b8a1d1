import { errorCodeSchema } from '@deskbell/contract/errors'
import { z } from 'zod'
import type { Outcome } from './access-table.ts'

/** `bytes`: everything that came with the answer, headers included. `answer`: the part that belongs to this call. */
export type Received = { outcome: Outcome; answer: string; bytes: string }

const codeSchema = z.object({ code: errorCodeSchema })
const failureSchema = z.union([
  // A problem document.
  codeSchema.extend({ status: z.int() }).transform(({ code }) => code),
  z.object({ error: z.object({ data: codeSchema }) }).transform(({ error }) => error.data.code),
  // A batch of sends whose items were refused.
  z
    .object({ items: z.tuple([z.object({ error: codeSchema })], z.unknown()) })
    .transform(({ items }) => items[0].error.code),
])

/** Returns the code of an answer, whatever its transport; `ok` for one without an error. */
export function outcomeOf(answer: unknown): Outcome {
  const failure = failureSchema.safeParse(answer)
  if (failure.success) return failure.data
  const wrapped = z.object({ result: z.object({ data: z.unknown() }) }).safeParse(answer)
  return wrapped.success ? outcomeOf(wrapped.data.result.data) : 'ok'
}
