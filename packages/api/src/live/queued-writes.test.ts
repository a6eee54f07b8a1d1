import { expect, test } from 'vitest'
import { QueuedWrites } from './queued-writes.ts'

/** A stream whose peer reads only on request. */
class FakeStream {
  readonly queue: { bytes: number; onWritten: (() => void) | undefined }[] = []

  get writableLength() {
    return this.queue.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  write(chunk: Uint8Array | string, onWritten?: () => void) {
    this.queue.push({ bytes: chunk.length, onWritten })
    return true
  }

  read(count: number) {
    for (const { onWritten } of this.queue.splice(0, count)) onWritten?.()
  }
}

function write(writes: QueuedWrites, count: number): void {
  for (let nth = 0; nth < count; nth += 1) writes.write('x')
}

test('[SOCK-19] nothing waits before the first write, and after the peer has read everything', () => {
  const stream = new FakeStream()
  const writes = new QueuedWrites(stream)
  expect(writes.count).toBe(0)
  write(writes, 3)
  expect(writes.count).toBe(3)
  stream.read(3)
  expect(writes.count).toBe(0)
  write(writes, 1)
  expect(writes.count).toBe(1)
})

test('[SOCK-19] the count never falls below the writes that wait, and is at most 64 too high', () => {
  const stream = new FakeStream()
  const writes = new QueuedWrites(stream)
  write(writes, 500)
  for (let round = 0; round < 2_000; round += 1) {
    stream.read(round % 7)
    write(writes, round % 5)
    expect(writes.count).toBeGreaterThanOrEqual(stream.queue.length)
    expect(writes.count - stream.queue.length).toBeLessThanOrEqual(64)
  }
})
