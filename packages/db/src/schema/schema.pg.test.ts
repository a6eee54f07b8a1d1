import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

type Index = { columns: string; unique: boolean }
type Table = { columns: string[]; indexes: Record<string, Index> }

/** The tables, columns and indexes of section 5 of the contract. There may be others. */
const contract: Record<string, Table> = {
  users: {
    columns: ['id', 'email', 'name', 'role', 'created_at'],
    indexes: { idx_user_email_role: { columns: 'email, role', unique: true } },
  },
  chats: {
    columns: ['id', 'user_id', 'operator_id', 'status', 'last_message_at', 'created_at', 'closed_at', 'last_seq'],
    indexes: {
      idx_chat_user_last_msg: { columns: 'user_id, last_message_at', unique: false },
      idx_chat_operator_last_msg: { columns: 'operator_id, last_message_at', unique: false },
      idx_chat_status: { columns: 'status', unique: false },
      idx_chat_last_message_at: { columns: 'last_message_at', unique: false },
    },
  },
  messages: {
    columns: ['id', 'chat_id', 'seq', 'user_id', 'text', 'direction', 'type', 'status', 'client_msg_id', 'created_at'],
    indexes: {
      uniq_client_msg_user: { columns: 'client_msg_id, user_id', unique: true },
      idx_message_chat_id: { columns: 'chat_id, id', unique: false },
      idx_message_status: { columns: 'status', unique: false },
      idx_message_created_at: { columns: 'created_at', unique: false },
    },
  },
}

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

describe.each(Object.entries(contract))('[DB-1] table %s', (table, expected) => {
  test(`[DB-1] ${table} has the columns of the contract`, async () => {
    const found = await fresh.db.pool.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1`,
      [table],
    )
    expect(found.rows.map((row) => row.name)).toEqual(expect.arrayContaining(expected.columns))
  })

  test(`[DB-1] ${table} has the indexes of the contract, with their columns and uniqueness`, async () => {
    const found = await fresh.db.pool.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and tablename = $1`,
      [table],
    )
    const indexes = Object.fromEntries(found.rows.map((row) => [row.name, parseIndex(row.definition)]))
    expect(indexes).toMatchObject(expected.indexes)
  })
})

test('[DB-1] every time is timestamptz(3), and every id but that of the deployment and those of files is a bigint', async () => {
  const found = await fresh.db.pool.query<{ name: string; type: string }>(
    `select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
        and (a.attname like '%\\_at' or a.attname like '%\\_id' or a.attname = 'id')`,
  )
  const types = Object.fromEntries(found.rows.map((row) => [row.name, row.type]))
  const textIds = [
    'messages.client_msg_id',
    'chats.client_chat_id',
    'passkeys.id',
    'files.id',
    'users.avatar_id',
    'deployment.secrets_key_id',
  ]
  for (const [name, type] of Object.entries(types)) {
    if (name.endsWith('_at')) expect([name, type]).toEqual([name, 'timestamp(3) with time zone'])
    else if (textIds.includes(name)) expect([name, type]).toEqual([name, 'text'])
    else if (name !== 'deployment.id') expect([name, type]).toEqual([name, 'bigint'])
  }
  expect(Object.keys(types)).toEqual(expect.arrayContaining(['chats.closed_at', 'messages.created_at', 'users.id']))
})

test('[DB-2] there is one deployment row with a seed, and a second one is refused', async () => {
  const rows = await fresh.db.pool.query('select id, seed from deployment')
  expect(rows.rows).toEqual([{ id: 1, seed: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
  await expect(fresh.db.pool.query('insert into deployment (id) values (2)')).rejects.toThrow(
    'deployment_one_row_check',
  )
})

test('[DB-2] the table chats has a fillfactor for HOT updates and an early autovacuum', async () => {
  const found = await fresh.db.pool.query(`select reloptions from pg_class where oid = 'chats'::regclass`)
  expect(found.rows[0].reloptions).toEqual(['fillfactor=80', 'autovacuum_vacuum_scale_factor=0.02'])
})

/** Keeps the options of each column, so that a descending one makes the comparison fail. */
function parseIndex(definition: string): Index {
  const [, columns = ''] = /USING btree \((.*)\)$/.exec(definition) ?? []
  return { columns, unique: definition.startsWith('CREATE UNIQUE INDEX') }
}
