import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { createStore } from '../base/store.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import type { ResultObserver, Results, Transport } from '../transport/transport.ts'
import type { TabBrowser, TabChannel } from './tab-browser.ts'
import {
  type Failure,
  type FollowerMessage,
  followerName,
  type LeaderMessage,
  leaderKinds,
  parseMessage,
} from './tab-messages.ts'

export type FollowerOptions = {
  browser: TabBrowser
  name: string
  tab: string
  /** The leader has answered. */
  welcomed(): void
  /** The leader does not answer or has no room: it may be frozen or full. */
  refused(): void
}

/** How long a leader may take to answer, and how often a silent one is pinged while something runs. */
const patienceMs = 3_000
const lookMs = 5_000
/**
 * Reconnecting is the leader's task, but its timers may be slow while it is hidden. It is asked to this long after
 * `retryAt`.
 */
const nudgeMs = 1_000

type Word = FollowerMessage extends infer M ? (M extends FollowerMessage ? Omit<M, 'leader'> : never) : never

/** A tab without a connection: asks its leader to run operations. */
export class TabFollower {
  readonly state = createStore<ConnectionState>({ kind: 'connecting' })
  readonly transport: Transport = {
    run: (op) => this.#run(op),
    // It is unknown how far the leader got with the call; only a query is safe to repeat.
    leave: (op) => (op.type === 'query' ? 'repeat' : 'fail'),
  }
  readonly #options: FollowerOptions
  readonly #channel: TabChannel
  readonly #running = new Map<number, ResultObserver>()
  readonly #answer: Deadline
  #leader: string | null = null
  #lastId = 0
  #lastMessageAt = 0
  #look: ReturnType<typeof setInterval> | undefined
  #nudge: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#answer = new Deadline(patienceMs, () => options.refused())
    this.#channel = options.browser.openChannel(followerName(options.name, options.tab))
    this.#channel.listen((message) => this.#onMessage(parseMessage<LeaderMessage>(leaderKinds, message)))
    this.#answer.start()
  }

  /** Sends a ping, which the leader must answer. */
  ping(then: 'nothing' | 'retry' | 'wake' | 'probe'): void {
    if (this.#leader === null) return
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

  #onMessage(message: LeaderMessage | null): void {
    if (message === null || this.#stopped) return
    if (message.t === 'welcome' && this.#leader === null) this.#begin(message.leader)
    if (message.leader !== this.#leader) return
    this.#lastMessageAt = performance.now()
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

  #begin(leader: string): void {
    this.#leader = leader
    this.#look = setInterval(() => this.#watchLeader(), lookMs)
    this.#options.welcomed()
  }

  #watchLeader(): void {
    if (this.#running.size > 0 && performance.now() - this.#lastMessageAt >= lookMs) this.ping('nothing')
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
    if (this.#leader !== null && !this.#stopped) this.#channel.post({ ...word, leader: this.#leader })
  }
}

function errorOf({ message, shape }: Failure): TRPCClientError<AppRouter> {
  return TRPCClientError.from(shape === null ? new Error(message) : { error: shape })
}

/** A timer that fires this late says nothing about the other side: this tab itself was suspended. */
const lateMs = 1_000

/** Calls `over` after `ms`, unless it is cleared. If this tab itself was suspended, the time starts over. */
export class Deadline {
  readonly #ms: number
  readonly #over: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ms: number, over: () => void) {
    this.#ms = ms
    this.#over = over
  }

  start(): void {
    this.clear()
    const dueAt = performance.now() + this.#ms
    this.#timer = setTimeout(() => (performance.now() > dueAt + lateMs ? this.start() : this.#over()), this.#ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
