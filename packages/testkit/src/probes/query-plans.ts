import type { Database } from '@deskbell/db/database'
import type { PoolClient } from 'pg'
import { z } from 'zod'

/** A node of `explain (analyze, format json)`, with the fields that tests use. */
export type PlanNode = {
  'Node Type': string
  'Relation Name'?: string | undefined
  'Index Name'?: string | undefined
  'Index Cond'?: string | undefined
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number | undefined
  /** Blocks that the node and those below it read from the buffers. */
  'Shared Hit Blocks': number
  Plans?: PlanNode[] | undefined
}

export type StatementPlan = { name: string | undefined; text: string; plan: PlanNode }

const planSchema: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  'Shared Hit Blocks': z.number(),
  get Plans() {
    return z.array(planSchema).optional()
  },
})
const answerSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planSchema })]) })])
const statementSchema = z.tuple([z.object({ name: z.string().optional(), text: z.string() })]).rest(z.unknown())
type Statement = { name: string | undefined; text: string; values: unknown[] }

/**
 * `generic`: the plan for all values, which a named statement may get after five runs. `custom`: for the given values.
 */
export type PlanMode = 'generic' | 'custom'

/** Runs `work`, and returns the plans of the statements that it sent, with the counts of a second run of each. */
export async function plansOf(db: Database, mode: PlanMode, work: () => Promise<unknown>): Promise<StatementPlan[]> {
  const statements = await statementsOf(db, work)
  const client = await db.pool.connect()
  try {
    const plans: StatementPlan[] = []
    for (const statement of statements) plans.push(await explained(client, mode, statement))
    client.release()
    return plans
  } catch (error) {
    // The connection is closed, because it may still have the prepared statement.
    client.release(true)
    throw error
  }
}

async function explained(client: PoolClient, mode: PlanMode, statement: Statement): Promise<StatementPlan> {
  const { name, text, values } = statement
  const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`
  await client.query('begin')
  await client.query(`set local plan_cache_mode = force_${mode}_plan`)
  await client.query(`prepare explained as ${text}`)
  const { rows } = await client.query(`explain (analyze, buffers, timing off, format json) execute explained${given}`)
  await client.query('deallocate explained')
  await client.query('rollback')
  return { name, text, plan: answerSchema.parse(rows)[0]['QUERY PLAN'][0].Plan }
}

/** Yields every node of a plan, with the nodes above it, the nearest first. */
export function* planNodes(plan: PlanNode, above: PlanNode[] = []): Generator<{ node: PlanNode; above: PlanNode[] }> {
  yield { node: plan, above }
  for (const child of plan.Plans ?? []) yield* planNodes(child, [plan, ...above])
}

/** Returns the statements that `work` sends on any connection of this process, without begin, commit and rollback. */
async function statementsOf(db: Database, work: () => Promise<unknown>): Promise<Statement[]> {
  const client = await db.pool.connect()
  const prototype: { query: unknown } = Object.getPrototypeOf(client)
  client.release()
  const original = prototype.query
  const statements: Statement[] = []
  prototype.query = function query(this: unknown, ...args: unknown[]) {
    const parsed = statementSchema.safeParse(args)
    if (parsed.success && !/^(begin|commit|rollback)\b/i.test(parsed.data[0].text)) {
      const [{ name, text }, values] = parsed.data
      statements.push({ name, text, values: Array.isArray(values) ? values : [] })
    }
    return typeof original === 'function' ? Reflect.apply(original, this, args) : undefined
  }
  try {
    await work()
  } finally {
    prototype.query = original
  }
  return statements
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return String(value)
  const text = Array.isArray(value) ? `{${value.join(',')}}` : String(value)
  return `'${text.replaceAll("'", "''")}'`
}
