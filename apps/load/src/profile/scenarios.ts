import { setTimeout as delay } from 'node:timers/promises'
import { FanOut } from '../bench/fan-out/measure-fan-out.ts'
import { startDeskbell } from '../bench/fan-out/start-deskbell.ts'
import { deskbellPeer } from '../bench/sends/deskbell-peer.ts'
import { laySendField, sampleText } from '../bench/sends/send-field.ts'
import type { SendOrder } from '../bench/sends/send-load.ts'
import { startChildProgram } from '../bench/suite/child-program.ts'
import type { CpuProfile } from './cpu-profile.ts'
import type { TakeProfile } from './profile-server.ts'

/** How long the server runs under its load before it is looked at, and for how long it is. */
const [warmMs, profileMs] = [8_000, 6_000]

const fanLoad = { followers: 3_000, perSecond: 12 }
const fanTextLength = 300

export type Scenario = { title: string; run(take: TakeProfile): Promise<CpuProfile> }

export const scenarios = {
  sends: {
    title: 'Sends, 512 in flight on 32 sockets over 1,000 chats',
    async run(take) {
      await using stack = new AsyncDisposableStack()
      const field = await laySendField(stack)
      const server = stack.use(await deskbellPeer(field).start())
      const load = stack.use(startChildProgram<SendOrder>(new URL('../bench/sends/send-main.ts', import.meta.url)))
      const credentials = await server.credentials(32)
      const { chatIds } = field
      await load.ask({ t: 'begin', kind: 'deskbell', credentials, perLine: 16, text: sampleText, chatIds })
      await delay(warmMs)
      const profile = await take(server.pid, profileMs)
      await load.ask({ t: 'end' })
      return profile
    },
  },
  'fan-out': {
    title: 'Fan-out, 12 messages a second to 3,000 followers of a chat',
    async run(take) {
      await using stack = new AsyncDisposableStack()
      const server = stack.use(await startDeskbell())
      const fan = stack.use(await FanOut.open(server))
      await fan.grow(fanLoad.followers)
      await fan.warmUp({ ...fanLoad, seconds: 3 }, fanTextLength)
      const running = fan.run({ ...fanLoad, seconds: Math.ceil(profileMs / 1_000) + 2 }, fanTextLength)
      const profile = await take(server.pid, profileMs)
      await running
      return profile
    },
  },
} satisfies Record<string, Scenario>
