import type { ProcedureDescription } from '@deskbell/api/describe-procedures'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Session } from './cast.ts'
import { outcomeOf, type Received } from './outcome.ts'

const frameSchema = z.object({ id: z.union([z.number(), z.null()]) }).loose()

/** A socket that keeps every received text, and finds the answers to its calls. */
export class CallSocket implements AsyncDisposable {
  readonly received: string[] = []
  readonly #ws: WebSocket
  readonly #answered = new Map<number, (answer: string) => void>()
  readonly #streams = new Set<number>()
  #closed = false
  #lastId = 0

  private constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on('message', (data) => this.#receive(String(data)))
    ws.on('close', () => this.#end())
    ws.on('error', () => undefined)
  }

  /**
   * Opens a socket. One of a session that is none signs in by its first frame, with calls behind it that the server must
   * not run.
   */
  static async open(wsUrl: string, { token, headers, upgradePath, canSignIn }: Session): Promise<CallSocket> {
    const ws = new WebSocket(`${wsUrl}${upgradePath}`, { headers: canSignIn ? headers : {} })
    const socket = new CallSocket(ws)
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    const data = token === undefined ? {} : { token }
    if (!canSignIn) ws.send(JSON.stringify({ method: 'connectionParams', data }))
    return socket
  }

  /** Makes one call with each input. A stream is stopped when it is live. */
  async call({ name, type }: ProcedureDescription, inputs: readonly object[], isBatch: boolean): Promise<Received[]> {
    const calls = inputs.map((input) => {
      this.#lastId += 1
      return { id: this.#lastId, method: type, params: { path: name, input } }
    })
    if (type === 'subscription') for (const { id } of calls) this.#streams.add(id)
    const answers = calls.map(({ id }) => this.#answerOf(id))
    for (const frame of isBatch ? [calls] : calls) this.#send(frame)
    const texts = await Promise.all(answers)
    if (type === 'subscription') for (const { id } of calls) this.#send({ id, method: 'subscription.stop' })
    return texts.map((text) => ({
      outcome: outcomeOf(JSON.parse(text)),
      answer: text,
      bytes: this.received.join('\n'),
    }))
  }

  /** Follows a stream. Its frames are in `received`. */
  follow(path: string, input: object): void {
    this.#lastId += 1
    this.#send({ id: this.#lastId, method: 'subscription', params: { path, input } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    const closed = new Promise((resolve) => this.#ws.once('close', resolve))
    this.#ws.terminate()
    await closed
  }

  #send(frame: unknown): void {
    this.#ws.send(JSON.stringify(frame))
  }

  #answerOf(id: number): Promise<string> {
    return new Promise((resolve) => this.#answered.set(id, resolve))
  }

  #receive(text: string): void {
    if (text === 'PING') {
      this.#ws.send('PONG')
      return
    }
    this.received.push(text)
    for (const raw of z.array(z.unknown()).parse([JSON.parse(text)].flat())) {
      const { id } = frameSchema.parse(raw)
      const answer = JSON.stringify(raw)
      if (id !== null && (!this.#streams.has(id) || endsStart(answer))) this.#settle(id, answer)
    }
  }

  #settle(id: number, answer: string): void {
    this.#answered.get(id)?.(answer)
    this.#answered.delete(id)
  }

  /** Calls that are still open get what the socket was closed with. */
  #end(): void {
    this.#closed = true
    for (const id of [...this.#answered.keys()]) this.#settle(id, this.received.at(-1) ?? 'null')
  }
}

/** A stream has begun when it is live, or has failed. */
function endsStart(answer: string): boolean {
  return answer.includes('"t":"live"') || answer.includes('"error":')
}
