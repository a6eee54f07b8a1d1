import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { Server } from 'socket.io'

/*
 * The chat server that every tutorial ends with: Socket.IO, a pool, and one transaction a message. It is here to be
 * measured, so it does what it does in the plainest good way: the acknowledgement follows the commit, the chat's row is
 * locked, a repeated message is not stored twice. It knows no sign-in, no validation and no resume, which cost time, too.
 *
 * `tuned` is the same server by somebody who has measured it: one named statement a message in place of five round trips,
 * no more connections than PostgreSQL has work for, and the advice of Socket.IO's page about memory. A third argument is
 * the file of another engine for its sockets.
 */

type Sent = { chatId: number; userId: number; name: string; text: string }

const [connectionString = '', port = '0', how = 'tutorial', engine] = process.argv.slice(2)
const isTuned = how === 'tuned'
const pool = new pg.Pool({ connectionString, max: isTuned ? 4 : 10 })
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, ...(await engineOption()) })

// Its first HTTP request is kept with every socket otherwise.
if (isTuned)
  io.engine.on('connection', (socket: { request: unknown }) => {
    socket.request = null
  })

io.on('connection', (socket) => {
  socket.on('join', (chatId: number) => void socket.join(`chat-${chatId}`))
  socket.on('message', (sent: Sent, answer: (how: string) => void) => {
    const stored = isTuned ? storeInOne(sent) : store(sent)
    stored.then(
      (seq) => {
        socket.to(`chat-${sent.chatId}`).emit('message', { ...sent, seq })
        answer('stored')
      },
      (error: unknown) => answer(String(error)),
    )
  })
})

async function store({ chatId, userId, name, text }: Sent): Promise<number> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query<{ seq: string }>(
      'select last_seq + 1 as seq from chats where id = $1 for update',
      [chatId],
    )
    const seq = Number(rows[0]?.seq)
    await client.query(
      `insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
       values ($1, $2::bigint, $3, $4, 'out', $5, '', $2::bigint::integer, now()) on conflict do nothing`,
      [chatId, seq, userId, text, name],
    )
    await client.query(
      'update chats set last_seq = $2, last_message_at = now(), last_entry_at = now(), rev = rev + 1 where id = $1',
      [chatId, seq],
    )
    await client.query('commit')
    return seq
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const inOne = `
  with chat as (
    update chats set last_seq = last_seq + 1, last_message_at = now(), last_entry_at = now(), rev = rev + 1
    where id = $1 returning id, last_seq
  )
  insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
  select id, last_seq, $2, $3, 'out', $4, '', last_seq::integer, now() from chat on conflict do nothing returning seq`

async function storeInOne({ chatId, userId, name, text }: Sent): Promise<number> {
  const statement = { name: 'store', text: inOne, values: [chatId, userId, text, name] }
  const { rows } = await pool.query<{ seq: string }>(statement)
  return Number(rows[0]?.seq)
}

async function engineOption(): Promise<{ wsEngine?: unknown }> {
  if (engine === undefined) return {}
  const loaded = (await import(pathToFileURL(engine).href)) as { Server: unknown }
  return { wsEngine: loaded.Server }
}

http.listen(Number(port), '127.0.0.1')
