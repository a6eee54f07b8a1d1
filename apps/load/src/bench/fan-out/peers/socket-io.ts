import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { reportPort } from './report-port.ts'

/* Socket.IO as its pages show it: everybody joins one room, and what is said is emitted to the room. */

const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })
let id = 0

io.on('connection', async (socket) => {
  if (socket.handshake.query['publisher'] !== undefined) {
    socket.on('say', (text: string) => {
      id += 1
      io.to('room').emit('message', { id, at: new Date().toISOString(), text })
    })
    return
  }
  await socket.join('room')
  socket.emit('live')
})

reportPort(server, ['socket.io/package.json'])
