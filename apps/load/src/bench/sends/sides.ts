/** Everybody who is measured, in the order of the tables, with what the page says about them. */
export type Side = {
  name: string
  /** Under this name the version is kept; null for what has none of its own. */
  program: string | null
  how: string
  acknowledged: string
}

export const product = 'Deskbell'
/** The most that one statement a message can give: what is left to reach. */
export const limit = 'pgbench, one statement'
/** The product's own work, one message a transaction. */
export const yardstick = 'pgbench, five statements'
export const tutorial = 'Socket.IO + pg'
export const tuned = 'Socket.IO + pg, one prepared statement, tuned pool'
export const onEiows = 'Socket.IO + pg, tuned, on eiows'

export const sides: readonly Side[] = [
  {
    name: limit,
    program: 'pgbench',
    how: `locks, numbers, stores and feeds in one prepared statement that is its own transaction, over the unix socket with two
  threads. No replay is looked for but by the unique index. What this PostgreSQL gives at one message a commit`,
    acknowledged: 'after the commit',
  },
  {
    name: yardstick,
    program: 'pgbench',
    how: `the product's transaction, one a message, in five statements: begin, lock the chat, look for a replay with a new
  snapshot, write message, chat and feed, commit; prepared, unix socket, two threads, one connection for each in flight. Beyond 64 in
  flight both run with the number of clients that was the quickest in the same round`,
    acknowledged: 'after the commit',
  },
  {
    name: product,
    program: null,
    how: `\`apps/server\` as it is shipped, one process, rate limits off, by unix socket; tRPC's frames over sockets that are signed in as
  operators. **Calls of one turn go as one frame, so with 16 in flight on a line up to 16 sends share a frame; everybody else here
  sends one frame for each.** With one in flight on a line no frame carries more than one`,
    acknowledged: 'after the commit (the answer of `messages.send`)',
  },
  {
    name: tutorial,
    program: 'socket.io',
    how: `the tutorial's server, \`peers/naive-chat-server.ts\`, on the same tables, by unix socket, pool of 10, unnamed statements, one
  transaction of five round trips a message. It checks no session, validates nothing, looks for no replay and writes no feed`,
    acknowledged: 'after the commit',
  },
  {
    name: tuned,
    program: 'socket.io',
    how: `the same server with one named statement a message, a pool of four connections, and the first HTTP request of each socket
  dropped, as Socket.IO's own page about memory advises`,
    acknowledged: 'after the commit',
  },
  {
    name: onEiows,
    program: 'eiows',
    how: 'the tuned one with `eiows` for `ws`, as Socket.IO documents it',
    acknowledged: 'after the commit',
  },
  {
    name: 'ejabberd',
    program: 'ejabberd',
    how: `with its archive (\`mod_mam\`, \`default: always\`) in a database of its own on the same PostgreSQL, by TCP on loopback because
  it knows no unix sockets; no traffic shaper. XMPP over WebSocket (RFC 7395) from pairs of people, one of whom writes; the other is
  there and gets the message, which most others here do not do. The writer asks for an acknowledgement of stream management
  (XEP-0198) behind every message`,
    acknowledged: `after the commit of the sender's copy while the database works; it says nothing about the receiver's copy, and when
  the write itself is refused, it comes all the same`,
  },
  {
    name: 'Prosody',
    program: 'prosody',
    how: 'with `mod_mam` on SQL in a database of its own, spoken to as ejabberd is',
    acknowledged: `after the commits of both copies, which its single thread waits for; when a write is refused, it comes all the same`,
  },
  {
    name: 'RabbitMQ',
    program: 'rabbitmq',
    how: `a broker and no chat: STOMP over WebSocket, persistent messages into one durable classic queue that nobody reads. Knows no
  chats, no order of a chat, no history`,
    acknowledged: `the receipt, which follows the publisher's confirm: the message is written to the queue's files and synced in groups`,
  },
  {
    name: 'NATS JetStream',
    program: 'nats-server',
    how: 'a broker and no chat: NATS over WebSocket, a stream with file store, a subject for each chat that nobody reads',
    acknowledged: `the message is written to the stream's file but **not synced**: the server syncs every two minutes, so a power
  failure loses what was acknowledged since`,
  },
]
