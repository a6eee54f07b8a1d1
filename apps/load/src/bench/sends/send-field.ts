import { execute } from '@deskbell/testkit/execute'
import { type BenchPostgres, startBenchPostgres } from '../suite/bench-postgres.ts'

export type SendField = {
  postgres: BenchPostgres
  chatIds: { first: number; last: number }
  senderIds: { first: number; last: number }
}

/** As many as the most lines. */
export const senderCount = 512
const chatCount = 1_000

/** About what people write. */
export const sampleText = 'The parcel was here yesterday, but nobody rang. Could you send it once more?'

/** The product's own tables, with a thousand chats and the operators who write in them. */
export async function laySendField(stack: AsyncDisposableStack): Promise<SendField> {
  const postgres = stack.use(await startBenchPostgres())
  const { connectionString } = postgres
  const senderIds = await insertUsers(connectionString, 'operator', senderCount)
  const owners = await insertUsers(connectionString, 'client', chatCount)
  const chatIds = await idsOf(
    connectionString,
    `insert into chats (user_id, created_by, last_message_at, created_at, last_entry_at, rev)
     select id, id, now(), now(), now(), 1 from users where id between ${owners.first} and ${owners.last} order by id
     returning id`,
  )
  return { postgres, chatIds, senderIds }
}

export function senderEmail(nth: number): string {
  return `operator-${nth}@example.test`
}

async function insertUsers(connectionString: string, role: string, count: number) {
  return await idsOf(
    connectionString,
    `insert into users (email, name, role)
     select '${role}-' || nth || '@example.test', '${role} ' || nth, '${role}'
     from generate_series(0, ${count - 1}) nth order by nth returning id`,
  )
}

/** New ids of one statement follow each other. */
async function idsOf(connectionString: string, insert: string): Promise<{ first: number; last: number }> {
  const rows = await execute(connectionString, insert)
  const ids = rows.map((row) => Number(row['id']))
  return { first: Math.min(...ids), last: Math.max(...ids) }
}
