/** Pings an open socket, and closes it when no answer comes in time. */
export function probeSocket(socket: WebSocket, pongMs: number): void {
  if (socket.readyState !== socket.OPEN) return
  const giveUp = setTimeout(() => socket.close(), pongMs)
  const done = () => clearTimeout(giveUp)
  socket.addEventListener('message', done, { once: true })
  socket.addEventListener('close', done, { once: true })
  socket.send('PING')
}
