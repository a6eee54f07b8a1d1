import type { ChatId } from '@deskbell/contract/ids'
import type { Database } from '@deskbell/db/database'

type Pool = Pick<Database, 'pool'>

/** Locks a chat in a session of its own, as another process would. `release` commits. */
export async function holdLock({ pool }: Pool, chatId: ChatId) {
  const session = await pool.connect()
  await session.query('begin')
  const { rows } = await session.query('select pg_backend_pid() as pid from chats where id = $1 for update', [chatId])
  return {
    pid: Number(rows[0].pid),
    query: (text: string) => session.query(text),
    async release() {
      await session.query('commit')
      session.release()
    },
  }
}

/** Reports whether another session waits for a lock of the session with this process id. */
export async function isWaitedFor({ pool }: Pool, pid: number): Promise<boolean> {
  const { rows } = await pool.query(
    'select count(*)::int as count from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
    [pid],
  )
  return rows[0].count > 0
}

/** Makes the database refuse messages with the text "poison" until the result is disposed. */
export async function refusePoison({ pool }: Pool): Promise<AsyncDisposable> {
  await pool.query(`
    create or replace function refuse_poison() returns trigger language plpgsql as
      $$ begin if new.text = 'poison' then raise exception 'poison'; end if; return new; end $$;
    create trigger refuse_poison before insert on messages for each row execute function refuse_poison()`)
  const allow = async () => void (await pool.query('drop trigger refuse_poison on messages'))
  return { [Symbol.asyncDispose]: allow }
}
