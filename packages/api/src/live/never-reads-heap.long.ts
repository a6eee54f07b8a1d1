import { clientFrame, openDeaf } from '@deskbell/testkit/probes/deaf-socket'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { settledHeap } from '@deskbell/testkit/settled-heap'
import { startTestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { defaultTimings } from './live-timings.ts'

const sockets = 4
/** What one socket that never reads may cost: the 512 writes that may wait, of some hundred bytes each. */
const socketBytesMax = 512 * 1024

const repeated = (frame: Buffer, count: number) => Buffer.concat(Array.from({ length: count }, () => frame))
const refusedCall = clientFrame('{"id":1,"method":"query","params":{"path":"x"}}')
const floods: [string, Buffer][] = [
  ['pings', Buffer.concat([repeated(refusedCall, 100), repeated(clientFrame('PING'), 100)])],
  ['pings of the WebSocket protocol', Buffer.concat([repeated(refusedCall, 100), repeated(clientFrame('', 0x9), 100)])],
  ['calls that are refused', repeated(refusedCall, 100)],
]

test.each(floods)(
  '[SOCK-19] sockets that send %s and never read cost a bounded heap, and are closed',
  async (_, chunk) => {
    const pressure = { ...defaultTimings.pressure, slowMs: 300 }
    await using server = await startTestServer({ timings: { pressure, closeMs: 900_000 } })
    const { token } = await signInByRest(server.url, 'client')
    using stack = new DisposableStack()
    const floodUntilClosed = async (count: number) => {
      for (let nth = 0; nth < count; nth += 1) {
        const closedBefore = server.closingSockets()
        const stop = stack.use(await openDeaf(server.url, token)).flood(chunk)
        await waitFor(() => server.closingSockets() > closedBefore, { timeoutMs: 60_000 })
        stop()
      }
    }
    // The first ones cost what the process keeps in any case, such as compiled code.
    await floodUntilClosed(2)
    const before = await settledHeap()
    await floodUntilClosed(sockets)
    expect((await settledHeap()) - before).toBeLessThan(sockets * socketBytesMax)
  },
  600_000,
)
