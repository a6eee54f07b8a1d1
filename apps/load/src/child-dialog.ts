import type { ChildProcess } from 'node:child_process'

type Answer = { nr: number; value?: unknown; error?: string }

/** Questions to a child process over its channel, and its answers. */
export class ChildDialog<Order> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #nr = 0

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: Answer) => this.#answered(answer))
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The process ended before it answered.'))
      this.#waiting.clear()
    })
  }

  ask(order: Order): Promise<unknown> {
    this.#nr += 1
    const nr = this.#nr
    return new Promise((resolve, reject) => {
      this.#waiting.set(nr, { resolve, reject })
      this.#child.send({ nr, order }, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  #answered({ nr, value, error }: Answer): void {
    const waiting = this.#waiting.get(nr)
    this.#waiting.delete(nr)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(error))
  }
}
