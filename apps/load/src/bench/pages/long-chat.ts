import { execute } from '@deskbell/testkit/execute'
import type { PageUser } from './page-users.ts'

/** A chat of a client and an operator that has been going on for a while. */
export type LongChat = { clientId: number; operatorId: number; chatId: number; messages: number }

type SignedIn = { id: number; token: string }

/** Two people of the server, and a chat of theirs that SQL fills: so many messages by sends would take minutes. */
export async function makeLongChat(
  { url, connectionString }: { url: string; connectionString: string },
  { messages, ...users }: { messages: number; client: PageUser; operator: PageUser },
): Promise<LongChat> {
  const client = await signIn(url, users.client)
  const operator = await signIn(url, users.operator)
  const { chat } = await post<{ chat: { id: number } }>(`${url}/api/chats`, { body: {}, token: client.token })
  const long = { clientId: client.id, operatorId: operator.id, chatId: chat.id, messages }
  await execute(connectionString, historySql(long))
  return long
}

/** Groups of one to three messages of each side, of one to about forty words, the last of them a minute ago. */
function historySql({ clientId, operatorId, chatId, messages }: LongChat): string {
  return `
    with said as (
      select n, (n / 3) % 2 = 0 as by_client, now() - interval '1 minute' - (${messages} - n) * interval '20 seconds' as at
      from generate_series(1, ${messages}) n
    ), stored as (
      insert into messages (chat_id, seq, user_id, text, direction, body_hash, direction_no, created_at)
      select ${chatId}, n, case when by_client then ${clientId} else ${operatorId} end,
        'message ' || n || ' ' || repeat('and some more of it ', (n * 7919) % 11), case when by_client then 'in' else 'out' end,
        '', row_number() over (partition by by_client order by n), at
      from said order by n
      returning id, seq, direction, created_at
    )
    update chats set operator_id = ${operatorId}, last_seq = ${messages},
      last_message_at = (select max(created_at) from stored), last_entry_at = (select max(created_at) from stored),
      last_message_id = (select max(id) from stored),
      in_count = (select count(*) from stored where direction = 'in'),
      out_count = (select count(*) from stored where direction = 'out')
    where id = ${chatId};
    analyze messages`
}

async function signIn(url: string, pageUser: PageUser): Promise<SignedIn> {
  const { user, token } = await post<{ user: { id: number }; token: string }>(`${url}/api/users/login`, {
    body: pageUser,
  })
  return { id: user.id, token }
}

async function post<T>(address: string, { body, token }: { body: object; token?: string }): Promise<T> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const headers = { 'content-type': 'application/json', ...authorization }
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${response.status} for ${address}: ${await response.text()}`)
  return (await response.json()) as T
}
