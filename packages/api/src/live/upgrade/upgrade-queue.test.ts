import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { UpgradeQueue, type UpgradeQueueOptions } from './upgrade-queue.ts'

afterEach(() => {
  vi.useRealTimers()
})

function setUp(options: Partial<UpgradeQueueOptions> = {}) {
  const queue = new UpgradeQueue({ workMax: 2, turnMax: 50, waitingMax: 10, waitMs: 60_000, ...options })
  const admitted: string[] = []
  const refused: string[] = []
  const enter = (name: string, address = 'office') => {
    const connection = new PassThrough()
    queue.enter(address, connection).then(
      () => admitted.push(name),
      ({ code }) => refused.push(`${name} ${code}`),
    )
    return connection
  }
  return { queue, admitted, refused, enter }
}

test('[SOCK-17] upgrades above the number in progress wait, and are admitted in the order of arrival', async () => {
  const { queue, admitted, enter } = setUp()
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  await turn()
  expect([admitted, queue.waiting]).toEqual([['a', 'b'], 2])
  queue.finished()
  await turn()
  expect(admitted).toEqual(['a', 'b', 'c'])
  // A late one does not overtake those that wait.
  enter('e')
  queue.finished()
  queue.finished()
  await turn()
  expect([admitted, queue.waiting]).toEqual([['a', 'b', 'c', 'd', 'e'], 0])
})

test('[SOCK-17] sign-ins and starts of streams count, so upgrades wait for them', async () => {
  const { queue, admitted, enter } = setUp()
  queue.started()
  queue.started()
  enter('a')
  await turn()
  expect(admitted).toEqual([])
  queue.finished()
  await turn()
  expect(admitted).toEqual(['a'])
})

test('[SOCK-17] a turn of the event loop admits a few, also when nothing is in progress', async () => {
  const { queue, admitted, enter } = setUp({ workMax: 100, turnMax: 2 })
  for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name)
  await Promise.resolve()
  expect([admitted.length, queue.waiting]).toEqual([2, 3])
  await turn()
  expect([admitted.length, queue.waiting]).toEqual([4, 1])
  await turn()
  expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('[SOCK-17] the addresses take turns', async () => {
  const { queue, admitted, enter } = setUp({ workMax: 1 })
  enter('first')
  for (const name of ['a1', 'a2', 'a3']) enter(name, 'a')
  enter('b1', 'b')
  for (let nth = 0; nth < 4; nth += 1) {
    queue.finished()
    await turn()
  }
  expect(admitted).toEqual(['first', 'a1', 'b1', 'a2', 'a3'])
})

test('[SOCK-17] a connection that ends or breaks while it waits leaves the queue', async () => {
  const { queue, admitted, refused, enter } = setUp({ workMax: 1 })
  enter('a')
  enter('ends').end()
  enter('breaks').destroy()
  enter('stays')
  while (queue.waiting > 1) await turn()
  expect(refused.toSorted()).toEqual(['breaks unavailable', 'ends unavailable'])
  queue.finished()
  await turn()
  expect(admitted).toEqual(['a', 'stays'])
})

test('[SOCK-17] what arrived while an upgrade waited is still there when it is admitted', async () => {
  const { queue, enter } = setUp({ workMax: 1 })
  enter('a')
  const connection = enter('early')
  connection.write('too soon')
  await turn()
  queue.finished()
  await turn()
  const received: string[] = []
  connection.on('data', (bytes) => received.push(String(bytes)))
  while (received.length === 0) await turn()
  expect(received).toEqual(['too soon'])
})

test('[SOCK-17] too many waiting upgrades, and one that waits for too long, are refused', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { queue, refused, enter } = setUp({ workMax: 1, waitingMax: 2, waitMs: 20 })
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  await turn()
  expect([refused, queue.waiting]).toEqual([['d unavailable'], 2])
  await vi.advanceTimersByTimeAsync(20)
  expect([refused, queue.waiting]).toEqual([['d unavailable', 'b unavailable', 'c unavailable'], 0])
})

test('[SOCK-10] a queue that closes refuses all that wait, and all that come', async () => {
  const { queue, admitted, refused, enter } = setUp({ workMax: 1 })
  enter('a')
  enter('b')
  queue.close()
  enter('c')
  await turn()
  expect([admitted, refused.toSorted(), queue.waiting]).toEqual([['a'], ['b unavailable', 'c unavailable'], 0])
})
