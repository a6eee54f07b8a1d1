import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { reportPort } from './report-port.ts'

/*
 * Socket.IO as its pages show it: everybody joins one room, and what is said is emitted to the room. With `tuned` as its
 * argument the first HTTP request is not kept with each socket, which is the advice of its page about memory.
 */

const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })
let id = 0
const isTuned = process.argv[2] === 'tuned'

io.on('connection', async (socket) => {
  if (socket.handshake.query['publisher'] !== undefined) {
    socket.on('say', (text: string) => {
      id += 1
      io.to('room').emit('message', { id, at: new Date().toISOString(), text })
    })
    return
  }
  // Only here, and not when the engine connects: the query above is read from it.
  if (isTuned) Object.assign(socket.conn, { request: null })
  await socket.join('room')
  socket.emit('live')
})

reportPort(server, ['socket.io/package.json'])
