import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { ConnectionState } from '../connection/connection-state.ts'
import type { ResultObserver, Results, Route } from '../connection/route.ts'
import { createStore } from '../store.ts'
import { Deadline } from './deadline.ts'
import type { TabBrowser, TabChannel } from './tab-browser.ts'
import { type Failure, type GuestMessage, type HostMessage, hostKinds, parseMessage } from './tab-messages.ts'
import { pairName } from './tab-names.ts'

export type GuestOptions = {
  browser: TabBrowser
  name: string
  tab: string
  /** The host is there. */
  welcomed(): void
  /** The host does not answer, or has no room: it may be frozen, or full. */
  refused(): void
}

/** How long a host may be silent when it is asked something, and how often it is asked while something runs. */
const patienceMs = 3_000
const lookMs = 5_000
/** A line that waits is the host's to open again; but its timers may be slow while it is hidden. */
const nudgeMs = 1_000

type Word = GuestMessage extends infer M ? (M extends GuestMessage ? Omit<M, 'host'> : never) : never

/** A tab without a line: asks its host to run things. */
export class TabGuest {
  readonly state = createStore<ConnectionState>({ kind: 'connecting' })
  readonly route: Route = {
    run: (op) => this.#run(op),
    // What the host has done of it nobody knows any more; only reading again does no harm.
    leave: (op) => (op.type === 'query' ? 'repeat' : 'fail'),
  }
  readonly #options: GuestOptions
  readonly #channel: TabChannel
  readonly #running = new Map<number, ResultObserver>()
  readonly #answer: Deadline
  #host: string | null = null
  #lastId = 0
  #lastHeardAt = 0
  #look: ReturnType<typeof setInterval> | undefined
  #nudge: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(options: GuestOptions) {
    this.#options = options
    this.#answer = new Deadline(patienceMs, () => options.refused())
    this.#channel = options.browser.openChannel(pairName(options.name, options.tab))
    this.#channel.listen((message) => this.#heard(parseMessage<HostMessage>(hostKinds, message)))
    this.#answer.start()
  }

  /** Asks the host, which must answer. */
  ping(then: 'nothing' | 'retry' | 'wake' | 'probe'): void {
    if (this.#host === null) return
    this.#answer.start()
    this.#say({ t: 'ping', then })
  }

  stop(): void {
    if (this.#stopped) return
    this.#say({ t: 'bye' })
    this.#stopped = true
    this.#channel.close()
    this.#answer.clear()
    clearInterval(this.#look)
    clearTimeout(this.#nudge)
  }

  #run(op: Operation): Results {
    return observable((observer) => {
      this.#lastId += 1
      const id = this.#lastId
      this.#running.set(id, observer)
      this.#answer.start()
      this.#say({ t: 'run', id, op: { type: op.type, path: op.path, input: op.input } })
      return () => {
        if (this.#running.delete(id)) this.#say({ t: 'stop', id })
      }
    })
  }

  #heard(message: HostMessage | null): void {
    if (message === null || this.#stopped) return
    if (message.t === 'welcome' && this.#host === null) this.#begin(message.host)
    if (message.host !== this.#host) return
    this.#lastHeardAt = performance.now()
    this.#answer.clear()
    switch (message.t) {
      case 'welcome':
      case 'state':
        this.#setState(message.state)
        break
      case 'result':
        this.#running.get(message.id)?.next({ result: message.result })
        break
      case 'error':
        this.#end(message.id)?.error(errorOf(message.error))
        break
      case 'done':
        this.#end(message.id)?.complete()
        break
      case 'full':
        this.#options.refused()
        break
      case 'taken':
      case 'pong':
        break
    }
  }

  #begin(host: string): void {
    this.#host = host
    this.#look = setInterval(() => this.#lookAfterHost(), lookMs)
    this.#options.welcomed()
  }

  #lookAfterHost(): void {
    if (this.#running.size > 0 && performance.now() - this.#lastHeardAt >= lookMs) this.ping('nothing')
  }

  #setState(state: ConnectionState): void {
    this.state.set(state)
    clearTimeout(this.#nudge)
    if (state.kind !== 'waiting') return
    this.#nudge = setTimeout(() => this.ping('retry'), Math.max(0, state.retryAt - Date.now()) + nudgeMs)
  }

  #end(id: number): ResultObserver | undefined {
    const observer = this.#running.get(id)
    this.#running.delete(id)
    return observer
  }

  #say(word: Word): void {
    if (this.#host !== null && !this.#stopped) this.#channel.post({ ...word, host: this.#host })
  }
}

function errorOf({ message, shape }: Failure): TRPCClientError<AppRouter> {
  return TRPCClientError.from(shape === null ? new Error(message) : { error: shape })
}
