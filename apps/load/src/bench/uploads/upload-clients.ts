import { randomBytes } from 'node:crypto'
import { chatOutputSchema } from '@deskbell/contract/chats'
import { loginOutputSchema } from '@deskbell/contract/users'
import { announce, createTusProbe, partType } from '@deskbell/testkit/probes/tus-probe'
import { now } from '../../clock.ts'
import { inParallel } from '../in-parallel.ts'

export type UploadOrder =
  /** So many clients sign in, each with a chat. */
  | { t: 'sign-in'; url: string; clients: number }
  /** Each sends a file of this size, all at once. Answers when all have arrived, with the times of the machine's clock. */
  | { t: 'upload'; bytes: number }
  /** Removes what was uploaded, so that every upload finds the same disk. */
  | { t: 'remove' }

export type UploadReading = { from: number; to: number }

type Client = { token: string; chatId: number }

/** Clients who only send files. They run in a process of their own. */
export class UploadClients {
  #url = ''
  #clients: Client[] = []
  readonly #uploads: { token: string; path: string }[] = []

  async obey(order: UploadOrder): Promise<UploadReading> {
    switch (order.t) {
      case 'sign-in':
        this.#url = order.url
        this.#clients = await inParallel(
          Array.from({ length: order.clients }, (_, nth) => nth),
          4,
          (nth) => this.#signIn(nth),
        )
        return { from: 0, to: 0 }
      case 'upload':
        return await this.#upload(order.bytes)
      case 'remove':
        return await this.#remove()
    }
  }

  async #signIn(nth: number): Promise<Client> {
    const person = { email: `sender-${nth}@example.test`, name: `Sender ${nth}`, role: 'client' }
    const { token } = loginOutputSchema.parse(await this.#post('users/login', person))
    const { chat } = chatOutputSchema.parse(await this.#post('chats', {}, token))
    return { token, chatId: chat.id }
  }

  async #upload(size: number): Promise<UploadReading> {
    const bytes = new Uint8Array(randomBytes(size))
    const tus = createTusProbe(this.#url)
    const from = now()
    await Promise.all(
      this.#clients.map(async ({ token, chatId }) => {
        const headers = { ...announce({ chatId, name: 'file.bin', type: '', bytes }), 'content-type': partType }
        const response = await tus.call('POST', '/api/uploads', { token, headers, body: bytes })
        const path = response.headers.get('location')
        const isWhole = response.headers.get('upload-offset') === String(size)
        if (response.status !== 201 || path === null || !isWhole)
          throw new Error(`An upload was answered with ${response.status} and did not arrive whole.`)
        this.#uploads.push({ token, path })
      }),
    )
    return { from, to: now() }
  }

  async #remove(): Promise<UploadReading> {
    const tus = createTusProbe(this.#url)
    const from = now()
    for (const { token, path } of this.#uploads.splice(0)) {
      const { status } = await tus.call('DELETE', path, { token })
      if (status !== 204) throw new Error(`The removal of an upload was answered with ${status}.`)
    }
    return { from, to: now() }
  }

  async #post(path: string, body: object, token?: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const response = await fetch(`${this.#url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return await response.json()
  }
}
