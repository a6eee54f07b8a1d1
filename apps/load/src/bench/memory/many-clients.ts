import type { Database } from '@deskbell/db/database'
import { followFrame } from '../fan-out/start-deskbell.ts'
import type { ReaderLogin } from '../fan-out/wire.ts'

export type ManyClient = ReaderLogin & { token: string; chatId: number }

const stepClients = 1_000

/** As many clients, each signed in and with a chat of its own, made by SQL in a second instead of by half an hour of sign-ins. */
export async function makeManyClients(db: Database, count: number): Promise<ManyClient[]> {
  // In steps, because the pool has a time limit for statements.
  for (let made = 0; made < count; made += stepClients) await makeClients(db, made, Math.min(count, made + stepClients))
  const { rows } = await db.pool.query<{ id: string; token: string }>(
    `select chats.id, 'dbs_' || lpad(user_id::text, 43, '0') as token
     from chats join users on users.id = user_id where email like 'many-%'`,
  )
  return rows.map(({ id, token }) => ({ token, chatId: Number(id), greeting: [followFrame(Number(id))] }))
}

async function makeClients(db: Database, from: number, to: number): Promise<void> {
  await db.pool.query(
    `with client as (
       insert into users (email, name, role)
       select 'many-' || n || '@example.test', 'Client ' || n, 'client' from generate_series($1::int + 1, $2::int) n
       returning id
     ), session as (
       insert into sessions (user_id, token_hash, auth_mode, expires_at)
       select id, encode(sha256(convert_to('dbs_' || lpad(id::text, 43, '0'), 'UTF8')), 'hex'), 'open', now() + interval '1 day'
       from client
     )
     insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at)
     select id, id, now(), now(), now() from client`,
    [from, to],
  )
}
