import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { expect, test } from 'vitest'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { migrate } from './migrate.ts'

test('[CHAT-18] the migration sets waiting_since of existing chats from their messages', async () => {
  await using fresh = await freshDatabase()
  const { pool } = fresh.db
  const since = journal.entries.find(({ tag }) => tag === '0006_waiting')?.when
  await pool.query(`
    alter table chats drop column waiting_since, drop column waved_off_seq;
    alter table deployment drop column users_form, drop column secrets_key_id;
    drop table process_leases, connected_users;
    drop table api_keys, accounts, links, sign_in_tries, audit;
    drop table passkeys, totp_secrets, recovery_codes, challenges, oidc_accounts, identity_keys;
    alter table sessions drop column used_at, drop column scopes, drop column proved_at;
    alter table users drop column subject, drop column avatar_id;
    alter table messages drop column attachments;
    drop table files, avatar_sources;
    delete from drizzle.__drizzle_migrations where created_at >= ${since};
    insert into users (email, name, role) values ('c@a.de', 'C', 'client'), ('o@a.de', 'O', 'operator');
    insert into chats (user_id, created_by, status, last_message_at, created_at, last_entry_at, last_seq, in_count) values
      (1, 1, 'open', now(), now(), now(), 3, 2), (1, 1, 'open', now(), now(), now(), 2, 1), (1, 1, 'open', now(), now(), now(), 3, 2),
      (1, 1, 'open', now(), now(), now(), 3, 2), (1, 1, 'closed', now(), now(), now(), 1, 1), (1, 1, 'open', now(), now(), now(), 0, 0);
    insert into messages (chat_id, seq, user_id, direction, text, body_hash, direction_no, created_at)
      select chat_id, seq, case direction when 'in' then 1 else 2 end, direction, text, 'h', seq, timestamptz '2026-01-01' + seq * interval '1 s'
      from (values
        (1, 1, 'in', 'a'), (1, 2, 'in', 'b'),
        (2, 1, 'in', 'a'), (2, 2, 'out', 'b'),
        (3, 1, 'out', 'a'), (3, 2, 'in', ''), (3, 3, 'in', 'c'),
        (4, 1, 'in', 'a'), (4, 2, 'out', ''), (4, 3, 'in', 'c'),
        (5, 1, 'in', 'a')) as given (chat_id, seq, direction, text)`)
  await migrate(fresh.connectionString)
  const { rows } = await pool.query(
    `select id::int, extract(second from waiting_since)::int as second from chats where waiting_since is not null order by id`,
  )
  expect(rows).toEqual([
    { id: 1, second: 1 },
    { id: 3, second: 3 },
    { id: 4, second: 1 },
  ])
})
