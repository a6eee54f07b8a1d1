import type { PublisherWire, ReaderLogin, Wire } from './wire.ts'

/** A server that runs, and how to speak to it. */
export type Contender = AsyncDisposable & {
  readonly name: ContenderName
  readonly wsUrl: string
  /** The process that is measured. */
  readonly pid: number
  /** The first process of its database; null when it has none. */
  readonly databasePid: number | null
  readonly wire: Wire
  /** Of the packages that it runs, as its own process reads them. */
  readonly versions: Readonly<Record<string, string>>
  readonly publisher: PublisherWire
  /** Before each run: a contender with a database vacuums and analyzes it. */
  prepare?(): Promise<unknown>
  /** The login of a reader of what the publisher publishes. */
  login(): Promise<ReaderLogin>
}

export const contenderNames = [
  'Deskbell',
  'raw ws, frames made once',
  'raw ws',
  'Socket.IO, tuned',
  'Socket.IO',
  'tRPC stock',
] as const
export type ContenderName = (typeof contenderNames)[number]
