import { createServer } from 'node:http'
import pg from 'pg'
import { Server } from 'socket.io'

/*
 * The chat server that every tutorial ends with: Socket.IO, a pool, and one transaction a message. It is here to be
 * measured, so it does what it does in the plainest good way: the acknowledgement follows the commit, the chat's row is
 * locked, a repeated message is not stored twice. It knows no sign-in, no validation and no resume, which cost time, too.
 */

type Sent = { chatId: number; userId: number; name: string; text: string }

const [connectionString = '', port = '0'] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString })
const http = createServer()
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false })

io.on('connection', (socket) => {
  socket.on('join', (chatId: number) => void socket.join(`chat-${chatId}`))
  socket.on('message', (sent: Sent, answer: (how: string) => void) => {
    store(sent).then(
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

http.listen(Number(port), '127.0.0.1')
