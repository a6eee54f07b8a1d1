import fc from 'fast-check'

/**
 * Runs a property with random values. A failure prints its seed and the smallest value that fails. The same seed repeats
 * the values: `DESKBELL_FUZZ_SEED=7`. `DESKBELL_FUZZ_RUNS=50` makes 50 times as many runs as a test asks for.
 */
export async function runFuzz<T>(
  values: fc.Arbitrary<T>,
  { runs, seed = fuzzSeed() }: { runs: number; seed?: number | undefined },
  check: (value: T) => Promise<void>,
): Promise<void> {
  const numRuns = runs * Number(process.env['DESKBELL_FUZZ_RUNS'] ?? 1)
  const property = fc.asyncProperty(values, check)
  await fc.assert(property, { numRuns, ...(seed !== undefined && { seed }), endOnFailure: numRuns > runs })
}

function fuzzSeed(): number | undefined {
  const seed = process.env['DESKBELL_FUZZ_SEED']
  return seed === undefined ? undefined : Number(seed)
}

/** Parts of a server that no caller may read: stack traces, modules, SQL, and names of errors. */
const internalText =
  /\n\s+at |node_modules|\/packages\/|\.[cm]?[jt]s\b|\b(Zod|TRPC|App|Type|Range|Syntax|Reference|Database|Drizzle\w*)Error\b|\b(select|insert|update|delete)\b[^"]*\b(from|into|where)\b|relation "|drizzle|postgres|\bpg\b|ECONN|\bstack"/i

/** Where an answer repeats what somebody sent: whatever stands there, the server's inside is not in it. */
const repeatedKeys: ReadonlySet<string> = new Set(['clientMsgId', 'email', 'id', 'name', 'text'])

/**
 * Throws when an answer shows something of the server's inside. Of JSON, parsed, every string is read but those that
 * repeat what was sent: a random address may well hold `.js`.
 */
export function assertNothingInternal(answer: unknown): void {
  if (typeof answer === 'string') {
    const found = internalText.exec(answer)
    if (found !== null) throw new Error(`an internal text, ${JSON.stringify(found[0])}, in ${answer}`)
  } else if (typeof answer === 'object' && answer !== null) {
    for (const [key, value] of Object.entries(answer)) {
      if (!(repeatedKeys.has(key) && typeof value === 'string')) assertNothingInternal(value)
    }
  }
}
