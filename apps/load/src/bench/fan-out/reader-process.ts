import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ChildDialog } from '../../child-dialog.ts'
import type { Contender } from './contender.ts'
import type { ReaderCount, ReaderOrder } from './readers.ts'
import type { ReaderLogin } from './wire.ts'

/** Followers in a process of their own, so that what they cost is not counted, and is the same for all contenders. */
export type ReaderProcess = AsyncDisposable & {
  open(server: Pick<Contender, 'wsUrl' | 'wire'>, logins: readonly ReaderLogin[], saidBefore?: number): Promise<void>
  count(lastNr: number, forget?: boolean): Promise<ReaderCount>
  close(): Promise<void>
}

const countSchema = z.object({
  delivered: z.number(),
  complaint: z.string().nullable(),
  delays: z.array(z.tuple([z.number(), z.number()])),
  frameBytes: z.number(),
})

export function startReaders(): ReaderProcess {
  const mainFile = fileURLToPath(new URL('reader-main.ts', import.meta.url))
  const child = spawn(process.execPath, [mainFile], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const dialog = new ChildDialog<ReaderOrder>(child)
  return {
    async open({ wsUrl, wire }, logins, saidBefore = 0) {
      await dialog.ask({ t: 'open', wsUrl, wire, logins, saidBefore })
    },
    async count(lastNr, forget = false) {
      return countSchema.parse(await dialog.ask({ t: 'count', lastNr, forget }))
    },
    async close() {
      await dialog.ask({ t: 'close' })
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
