import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '@deskbell/db/database'

type Pool = Pick<Database, 'pool'>

/** Of the statements in a scope, the one after `before` others fails. Statements of nobody's call are left alone. */
const scope = new AsyncLocalStorage<{ before: number; hasFailed: boolean }>()

export type FailedStatements = {
  /** How many statements were tried. */
  tried: number
  /** The places of those whose call went through all the same. */
  ignored: number[]
  /** The places of those whose call was refused, and has changed something. */
  leftBehind: number[]
}

/**
 * Makes the same call again and again while one of its statements after the other fails, until one of them has none left.
 * `prepare` returns the call, with everything that it uses up made anew. `tables` are those that a refused call must leave
 * as they are.
 */
export async function failEachStatement(
  db: Pool,
  { prepare, tables }: { prepare: () => Promise<() => Promise<unknown>>; tables: readonly string[] },
): Promise<FailedStatements> {
  await patchDriver(db)
  const failed: FailedStatements = { tried: 0, ignored: [], leftBehind: [] }
  for (let before = 0; ; before += 1) {
    const call = await prepare()
    const stands = await stored(db, tables)
    const here = { before, hasFailed: false }
    const isRefused = await scope.run(here, call).then(
      () => false,
      () => true,
    )
    if (!here.hasFailed) return failed
    failed.tried += 1
    if (!isRefused) failed.ignored.push(before)
    else if (JSON.stringify(await stored(db, tables)) !== JSON.stringify(stands)) failed.leftBehind.push(before)
  }
}

async function stored({ pool }: Pool, tables: readonly string[]): Promise<unknown[]> {
  const results = await Promise.all(tables.map((table) => pool.query(`select * from ${table} order by 1, 2`)))
  return results.map(({ rows }) => rows)
}

const patched = new WeakSet<object>()

/** Replaces `query` of the driver's connections in this process, once. */
async function patchDriver({ pool }: Pool): Promise<void> {
  const client = await pool.connect()
  let owner: { query: (...given: unknown[]) => unknown } = Object.getPrototypeOf(client)
  while (!Object.hasOwn(owner, 'query')) owner = Object.getPrototypeOf(owner)
  client.release()
  if (patched.has(owner)) return
  patched.add(owner)
  const { query } = owner
  owner.query = function (...given) {
    const here = scope.getStore()
    if (here === undefined || here.hasFailed) return query.apply(this, given)
    here.before -= 1
    if (here.before >= 0) return query.apply(this, given)
    here.hasFailed = true
    const error = new Error('This statement fails.')
    const done = given.at(-1)
    if (typeof done !== 'function') return Promise.reject(error)
    return process.nextTick(() => done(error))
  }
}
