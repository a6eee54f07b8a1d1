import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { describe, expect, test } from 'vitest'
import { cleanName } from './clean-name.ts'
import { migrate } from './migrate.ts'
import type { UsersReport } from './normal-users.ts'

/** A database as an older version left it: users in the old form, and rows that refer to them. */
async function oldDatabase(): Promise<FreshDatabase> {
  const fresh = await freshDatabase()
  await fresh.db.pool.query(`
    update deployment set users_form = 0;
    insert into users (email, name, role) values
      ('anna@пример.рф', E'Anna\nK\u202ex', 'client'),
      ('anna@xn--e1afmkfd.xn--p1ai', 'Anna K', 'client'),
      ('anna@xn--e1afmkfd.xn--p1ai', 'Anna the operator', 'operator'),
      (E'jose\\u0301@a.de', E'\\u3164', 'operator'),
      ('josé@a.de', 'José', 'operator'),
      ('fine@a.de', 'Fine', 'client'),
      ('nobody@10.0.0.1', 'Nobody', 'client'),
      (null, 'Guest 4821', 'client');
    insert into chats (user_id, operator_id, created_by, client_chat_id, last_message_at, created_at, last_entry_at,
        last_seq, rev, in_count, out_count) values
      (1, 4, 1, 'first', now(), now(), now(), 2, 3, 1, 1),
      (2, 5, 2, 'first', now(), now(), now(), 3, 4, 1, 1),
      (2, null, 2, 'second', now(), now(), now(), 1, 2, 1, 0),
      (6, 5, 6, 'first', now(), now(), now(), 1, 2, 0, 1);
    insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at) values
      (1, 1, 1, 'a', 'in', 'same', 'h', 1, now()), (1, 2, 4, 'b', 'out', 'reply', 'h', 1, now()),
      (2, 1, 2, 'c', 'in', 'same', 'h', 1, now()), (2, 2, 5, 'd', 'out', 'reply', 'h', 1, now()),
      (3, 1, 2, 'e', 'in', 'own', 'h', 1, now()), (4, 1, 5, 'f', 'out', 'other', 'h', 1, now());
    insert into chat_events (chat_id, seq, kind, actor_id, data, created_at)
      values (2, 3, 'assigned', 5, '{"operator": {"id": 5, "name": "José"}}', now());
    insert into chat_marks values (1, 1, 'client', 2, 2, 1, now()), (2, 2, 'client', 3, 2, 1, now()),
      (2, 4, 'operator', 1, 1, 1, now()), (2, 5, 'operator', 3, 0, 0, now());
    insert into presence values (4, 'operator', '2026-01-01', '2026-01-01'), (5, 'operator', '2026-02-01', '2026-02-01'),
      (2, 'client', '2026-01-01', '2026-01-01');
    insert into process_leases (renewed_at, expires_at) values ('2026-03-01', '2026-04-01');
    insert into connected_users (user_id, lease_id, role) values (1, 1, 'client'), (2, 1, 'client'), (6, 1, 'client');
    insert into sessions (user_id, token_hash, auth_mode, expires_at) values (1, 'one', 'open', now()), (2, 'two', 'open', now());
  `)
  return fresh
}

async function run({ connectionString }: FreshDatabase): Promise<UsersReport[]> {
  const reports: UsersReport[] = []
  await migrate(connectionString, { onUsers: (report) => reports.push(report) })
  return reports
}

const rows = async ({ db }: FreshDatabase, text: string) => (await db.pool.query({ text, rowMode: 'array' })).rows

/** Queries for users and for everything that refers to them. */
const everything = [
  'select id, email, name, role from users order by id',
  'select id, user_id, operator_id, created_by, client_chat_id, rev from chats order by id',
  'select user_id, client_msg_id, text from messages order by id',
  'select actor_id, data from chat_events',
  'select chat_id, user_id, role, delivered_seq, read_seq, read_count from chat_marks order by chat_id, user_id',
  `select user_id, to_char(seen_at, 'MM'), to_char(online_until, 'MM') from presence order by user_id`,
  'select user_id, lease_id from connected_users order by user_id',
  'select token_hash, user_id from sessions order by id',
]

describe('users of an older version', () => {
  test('[RUN-19] [AUTH-18] [AUTH-19] get their normal form; those of one address and role are merged', async () => {
    await using fresh = await oldDatabase()
    const before = await rows(fresh, 'select seed from deployment')
    const reports = await run(fresh)
    expect(reports).toEqual([
      {
        changed: 2,
        merged: [
          { role: 'client', keptId: 1, removedId: 2, chats: 2, messages: 2 },
          { role: 'operator', keptId: 4, removedId: 5, chats: 2, messages: 2 },
        ],
        unfit: [7],
      },
    ])
    const [users, chats, messages, events, marks, presence, connected, sessions] = await Promise.all(
      everything.map((text) => rows(fresh, text)),
    )
    expect(users).toEqual([
      ['1', 'anna@xn--e1afmkfd.xn--p1ai', 'Anna Kx', 'client'],
      ['3', 'anna@xn--e1afmkfd.xn--p1ai', 'Anna the operator', 'operator'],
      ['4', 'josé@a.de', 'Operator', 'operator'],
      ['6', 'fine@a.de', 'Fine', 'client'],
      ['7', 'nobody@10.0.0.1', 'Nobody', 'client'],
      ['8', null, 'Guest 4821', 'client'],
    ])
    // If both have used the same caller id, the kept user's stays.
    expect(chats).toEqual([
      ['1', '1', '4', '1', 'first', '3'],
      ['2', '1', '4', '1', null, '6'],
      ['3', '1', null, '1', 'second', '3'],
      ['4', '6', '4', '6', 'first', '3'],
    ])
    expect(messages).toEqual([
      ['1', 'same', 'a'],
      ['4', 'reply', 'b'],
      ['1', null, 'c'],
      ['4', null, 'd'],
      ['1', 'own', 'e'],
      ['4', 'other', 'f'],
    ])
    expect(events).toEqual([['4', { operator: { id: 4, name: 'José' } }]])
    expect(marks).toEqual([
      ['1', '1', 'client', '2', '2', 1],
      ['2', '1', 'client', '3', '2', 1],
      ['2', '4', 'operator', '3', '1', 1],
    ])
    // A connection of the removed user keeps the kept one online until the lease of its process would expire.
    expect(presence).toEqual([
      ['1', '03', '04'],
      ['4', '02', '02'],
    ])
    expect(connected).toEqual([
      ['1', '1'],
      ['6', '1'],
    ])
    expect(sessions).toEqual([
      ['one', '1'],
      ['two', '1'],
    ])
    // The new seed makes programs load the log again, because it now names other users.
    expect(await rows(fresh, 'select seed from deployment')).not.toEqual(before)
    expect(JSON.stringify(reports)).not.toMatch(/anna|josé|nobody/i)
  })

  test('[RUN-19] an interrupted run is completed by the next one, and a completed one is not repeated', async () => {
    await using fresh = await oldDatabase()
    await fresh.db.pool.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
      create trigger cut before delete on users for each row when (old.id = 5) execute function refuse()`)
    await expect(run(fresh)).rejects.toThrow('cut off')
    // The client is merged; the merge of the operators was rolled back.
    expect(await rows(fresh, `select id from users where role = 'client' order by id`)).toEqual([
      ['1'],
      ['6'],
      ['7'],
      ['8'],
    ])
    expect(await rows(fresh, 'select operator_id from chats where id in (2, 4)')).toEqual([['5'], ['5']])
    await fresh.db.pool.query('drop trigger cut on users')
    expect((await run(fresh))[0]?.merged).toMatchObject([{ keptId: 4, removedId: 5 }])
    const done = await Promise.all(everything.map((text) => rows(fresh, text)))
    await fresh.db.pool.query(`alter table users rename to elsewhere`)
    expect(await run(fresh)).toEqual([])
    await fresh.db.pool.query(`alter table elsewhere rename to users`)
    await fresh.db.pool.query('update deployment set users_form = 0')
    expect(await run(fresh)).toEqual([{ changed: 0, merged: [], unfit: [7] }])
    expect(await Promise.all(everything.map((text) => rows(fresh, text)))).toEqual(done)
  })

  test('[RUN-19] [RUN-8] of several processes at the same time only one normalises the users', async () => {
    await using fresh = await oldDatabase()
    const reports = (await Promise.all(Array.from({ length: 4 }, () => run(fresh)))).flat()
    expect(reports).toHaveLength(1)
    expect(await rows(fresh, 'select count(*) from users')).toEqual([['6']])
  })
})

test('[RUN-19] [AUTH-22] a start after an update replaces reserved names that an older version stored', async () => {
  await using fresh = await freshDatabase()
  await fresh.db.pool.query(`
    update deployment set users_form = 1;
    insert into users (email, name, role) values ('a@a.de', 'Deskbell', 'operator'), ('b@a.de', 'sуstem', 'client')`)
  expect(await run(fresh)).toEqual([{ changed: 2, merged: [], unfit: [] }])
  expect(await rows(fresh, 'select name from users order by id')).toEqual([['Operator'], ['Client']])
})

test.each([
  ['Ann Lee', 'Ann Lee'],
  ['one\u000btwo\r\nthree', 'one two three'],
  ['a\u2028b', 'a b'],
  ['\u202egnp\u202c.exe', 'gnp.exe'],
  ['jose\u0301', 'josé'],
  ['\u200eשלום', '\u200eשלום'],
  [`${'n'.repeat(119)}\u0085x`, 'n'.repeat(119)],
  ['\u2066\u3164\u2069', 'Client'],
  ['\u001b', 'Client'],
  ['System\n', 'Client'],
])('[AUTH-19] the stored name %j is normalised to %j', (stored, clean) => {
  expect(cleanName(stored, 'client')).toBe(clean)
  expect(cleanName(clean, 'client')).toBe(clean)
})
