import { execute } from '../execute.ts'

/**
 * The size of a database. Its distribution is similar to real traffic: one chat has a twentieth of all messages; one of
 * a thousand chats is long, and the long ones share a quarter of the messages; the others have a few each. Most chats
 * are closed, and a few operators have most of them.
 */
export type DatabaseSize = {
  /** A multiple of `chats`. */
  messages: number
  chats: number
  openChats: number
}

/** The number of operators. Their user ids start at 1. */
export const filledOperators = 20
/** The id of the chat with a twentieth of all messages. */
export const longestChat = 1

/** Returns the highest id of the long chats, which start at 1 and are open. */
export function longChats({ chats }: DatabaseSize): number {
  return Math.max(4, Math.floor(chats / 1000))
}

function clients({ chats }: DatabaseSize): number {
  return Math.floor(chats / 2)
}

/**
 * Fills a migrated, empty database by SQL, always with the same rows; times are relative to now. It is much faster as
 * superuser, because foreign keys are not checked then.
 */
export async function fillDatabase(connectionString: string, size: DatabaseSize): Promise<void> {
  const steps = [
    prepare,
    people(size),
    placedMessages(size),
    withoutIndexes(messageRows(size)),
    chatRows(size),
    eventRows,
    markRows,
    numbersGoOn,
    'vacuum analyze',
  ]
  for (const step of steps) await execute(connectionString, step)
}

/**
 * The users of a chat follow from its id. The first operators have most chats, and one of ten chats has no operator.
 */
const prepare = `
  create function fill_operator(chat bigint) returns bigint language sql immutable as $$
    select case when chat % 10 = 6 then null else 1 + floor(${filledOperators} * power((chat * 7919 % 1000) / 1000.0, 3))::bigint end
  $$;
  create function fill_client(chat bigint, clients bigint) returns bigint language sql immutable as $$
    select ${filledOperators} + 1 + chat * 7919 % clients
  $$;`

function people(size: DatabaseSize): string {
  return `
  insert into users (email, name, role)
    select 'operator-' || n || '@example.test', 'Operator ' || n, 'operator' from generate_series(1, ${filledOperators}) n;
  insert into users (email, name, role)
    select 'client-' || n || '@example.test', 'Client ' || n, 'client' from generate_series(1, ${clients(size)}) n;
  insert into sessions (user_id, token_hash, auth_mode, expires_at)
    select id, md5('token' || id) || md5(id::text), 'open', now() + interval '1 day' from users;`
}

/**
 * Assigns a chat to each message, in the order of time. Every chat has at least one message. A twentieth of the
 * messages goes to the longest chat, a quarter to the long ones, and the rest to chats of about the same time, so that
 * chats overlap. Messages are numbered in a table with few columns, because up to ten million rows are sorted.
 */
function placedMessages(size: DatabaseSize): string {
  const { messages: count, chats: chatCount } = size
  const perChat = count / chatCount
  return `
  set work_mem = '256MB';
  select setseed(0.5);
  create unlogged table fill_messages as
    select id, chat_id, row_number() over (partition by chat_id order by id)::int as nth
    from (
      select id, case
        when id % ${perChat} = 0 then id / ${perChat}
        when dice < 0.05 then 1
        when dice < 0.30 then 1 + floor(random() * ${longChats(size)})::bigint
        else greatest(1, ceil(id::float8 / ${count} * ${chatCount}) - floor(random() * 30))::bigint end as chat_id
      from (select n::bigint as id, random() as dice from generate_series(1, ${count}) n) numbers
    ) given;
  analyze fill_messages;`
}

/** The time of a message by its id: every three seconds one, the last an hour ago. */
const timeOf = (id: string, { messages }: DatabaseSize) =>
  `now() - interval '1 hour' - (${messages} - ${id}) * interval '3 s'`

/**
 * If a chat has an operator, the second entry of its log is the assignment, and messages of both sides alternate. Rows
 * are sorted before the long columns are added.
 */
function messageRows(size: DatabaseSize): string {
  return `
  insert into messages (id, chat_id, seq, user_id, text, direction, status, client_msg_id, body_hash, direction_no, created_at)
    select id, chat_id,
      nth + case when nth > 1 and operator_id is not null then 1 else 0 end,
      case when outgoing then operator_id else fill_client(chat_id, ${clients(size)}) end,
      repeat('What people write to each other. ', 1 + (id * 37 % 6)::int),
      case when outgoing then 'out' else 'in' end, 'read', md5(id::text), md5(id::text) || md5('hash' || id),
      case when operator_id is null then nth else (nth + 1) / 2 end,
      ${timeOf('id', size)}
    from (
      select *, fill_operator(chat_id) as operator_id, nth % 2 = 0 and fill_operator(chat_id) is not null as outgoing
      from fill_messages
      order by id
    ) placed;`
}

/** Drops the indexes and makes them again after the insert, which is much faster for ten million rows. */
function withoutIndexes(insert: string): string {
  return `
  set maintenance_work_mem = '256MB';
  create table fill_indexes as
    select indexname, indexdef from pg_indexes where tablename = 'messages' and indexname <> 'messages_pkey';
  do $$ declare name text; begin
    for name in select indexname from fill_indexes loop execute 'drop index ' || name; end loop;
  end $$;
  ${insert}
  do $$ declare definition text; begin
    for definition in select indexdef from fill_indexes loop execute definition; end loop;
  end $$;`
}

/** The long chats are open, and every second one of the newest `2 * openChats`. */
function chatRows(size: DatabaseSize): string {
  const oldest = size.chats - 2 * size.openChats
  return `
  do $$ begin
    if (select rolsuper from pg_roles where rolname = current_user) then
      perform set_config('session_replication_role', 'replica', false);
    end if;
  end $$;
  insert into chats (id, user_id, created_by, operator_id, status, created_at, last_message_at, last_entry_at, closed_at,
      last_seq, rev, last_message_id, in_count, out_count, waiting_since)
    overriding system value
    select chat_id, client, client, operator_id, status, created_at, last_at, last_at,
      case when status = 'closed' then last_at end, last_seq, last_seq, last_id,
      case when operator_id is null then nth else (nth + 1) / 2 end, case when operator_id is null then 0 else nth / 2 end,
      case when status = 'open' and operator_id is null then created_at
        when status = 'open' and nth % 2 = 1 then last_at end
    from (
      select chat_id, nth, last_id, fill_client(chat_id, ${clients(size)}) as client, operator_id, status,
        nth + case when operator_id is null then 0 else 1 end + case when status = 'closed' then 1 else 0 end as last_seq,
        ${timeOf('first_id', size)} as created_at, ${timeOf('last_id', size)} as last_at
      from (
        select chat_id, max(nth) as nth, min(id) as first_id, max(id) as last_id, fill_operator(chat_id) as operator_id,
          case when chat_id <= ${longChats(size)} or (chat_id > ${oldest} and chat_id % 2 = 0) then 'open'
            else 'closed' end as status
        from fill_messages group by chat_id
      ) counted
    ) rows
    order by chat_id;`
}

const eventRows = `
  insert into chat_events (chat_id, seq, kind, actor_id, data, created_at)
    select id, 2, 'assigned', operator_id, jsonb_build_object('operator', jsonb_build_object('id', operator_id, 'name', 'O')),
      created_at from chats where operator_id is not null order by id;
  insert into chat_events (chat_id, seq, kind, actor_id, created_at)
    select id, last_seq, 'closed', coalesce(operator_id, 1), closed_at from chats where status = 'closed' order by id;`

/**
 * Only chats with an operator have marks. Closed ones are read by both sides; of open ones the client has read
 * everything, and the operator a half.
 */
const markRows = `
  insert into chat_marks (chat_id, user_id, role, delivered_seq, read_seq, read_count, updated_at)
    select id, user_id, 'client', last_seq, last_seq, out_count, last_entry_at from chats where operator_id is not null
    order by id;
  insert into chat_marks (chat_id, user_id, role, delivered_seq, read_seq, read_count, updated_at)
    select id, operator_id, 'operator', last_seq, case when status = 'closed' then last_seq else last_seq / 2 end,
      case when status = 'closed' then in_count else in_count / 2 end, last_entry_at
    from chats where operator_id is not null order by id;`

const numbersGoOn = `
  select setval('messages_id_seq', max(id)) from messages;
  select setval(pg_get_serial_sequence('chats', 'id'), max(id)) from chats;
  drop table fill_messages, fill_indexes;
  drop function fill_operator(bigint), fill_client(bigint, bigint);`
