import { Socket } from 'node:net'

export type WatchedWrites = Disposable & { readonly writes: readonly string[] }

/**
 * Collects what the sockets of this process write, an item for each write, until it is disposed of. What clients of a
 * WebSocket send is masked, so its text is not found.
 */
export function watchWrites(): WatchedWrites {
  const writes: string[] = []
  const { _write: write, _writev: writev } = Socket.prototype
  if (writev === undefined) throw new Error('Sockets of Node write several chunks at once.')
  Socket.prototype._write = function (this: Socket, chunk, ...rest) {
    writes.push(String(chunk))
    write.call(this, chunk, ...rest)
  }
  Socket.prototype._writev = function (this: Socket, chunks, done) {
    writes.push(chunks.map((each) => String(each.chunk)).join(''))
    writev.call(this, chunks, done)
  }
  const stop = () => Object.assign(Socket.prototype, { _write: write, _writev: writev })
  return { writes, [Symbol.dispose]: () => void stop() }
}
