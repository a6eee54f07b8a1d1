import { request } from 'node:http'

/** Of all parts of uploads that have more than one byte. */
const cutShare = 0.4

/** Passes all requests on, but cuts some of those that carry a part of a file off in the middle of their body. */
export class CuttingFetch {
  readonly #random: () => number
  /** Where the parts began that were cut off, by the address of their upload. */
  readonly #cutAt = new Map<string, number>()
  /** `seen`: how often a server said later that it had kept some of such a part. */
  #cuts = { inflicted: 0, seen: 0 }

  constructor(random: () => number) {
    this.#random = random
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const address = String(input instanceof Request ? input.url : input)
    const part = init?.method === 'PATCH' && init.body instanceof Blob ? init.body : null
    const headers = new Headers(init?.headers)
    if (part !== null && part.size > 1 && this.#random() < cutShare) {
      this.#cuts.inflicted += 1
      this.#cutAt.set(address, Number(headers.get('upload-offset')))
      const length = 1 + Math.floor(this.#random() * (part.size - 1))
      await sendBeginning(address, { headers, size: part.size, bytes: await part.slice(0, length).bytes() })
      throw new TypeError('The part was cut off.')
    }
    const response = await fetch(input, init)
    if (init?.method === 'HEAD') this.#look(address, response)
    return response
  }

  /** Since this was asked last. */
  takeCuts(): { inflicted: number; seen: number } {
    const taken = this.#cuts
    this.#cuts = { inflicted: 0, seen: 0 }
    return taken
  }

  #look(address: string, { headers }: Response): void {
    const began = this.#cutAt.get(address)
    if (began === undefined) return
    this.#cutAt.delete(address)
    if (Number(headers.get('upload-offset')) > began) this.#cuts.seen += 1
  }
}

type Beginning = { headers: Headers; size: number; bytes: Uint8Array }

/** Announces `size` bytes, sends fewer, and ends the connection. */
function sendBeginning(address: string, { headers, size, bytes }: Beginning): Promise<void> {
  return new Promise((resolve) => {
    const cut = request(address, {
      method: 'PATCH',
      headers: { ...Object.fromEntries(headers), 'content-length': String(size) },
      agent: false,
    })
    cut.on('error', () => undefined).once('close', resolve)
    cut.write(bytes, () => cut.destroy())
  })
}
