import { randomBytes } from 'node:crypto'
import { chatOutputSchema } from '@deskbell/contract/chats'
import { loginOutputSchema } from '@deskbell/contract/users'
import { announce, createTusProbe, partType } from '@deskbell/testkit/probes/tus-probe'
import { inParallel } from '../in-parallel.ts'

export type UploadOrder =
  /** So many clients sign in, each with a chat. */
  | { t: 'sign-in'; url: string; clients: number }
  /** Each sends a file of this size, all at once. Answers when all have arrived. */
  | { t: 'upload'; bytes: number }

export type UploadReading = { seconds: number }

type Client = { token: string; chatId: number }

/** Clients who only send files. They run in a process of their own. */
export class UploadClients {
  #url = ''
  #clients: Client[] = []

  async obey(order: UploadOrder): Promise<UploadReading> {
    switch (order.t) {
      case 'sign-in':
        this.#url = order.url
        this.#clients = await inParallel(
          Array.from({ length: order.clients }, (_, nth) => nth),
          4,
          (nth) => this.#signIn(nth),
        )
        return { seconds: 0 }
      case 'upload':
        return await this.#upload(order.bytes)
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
    const startedAt = performance.now()
    await Promise.all(
      this.#clients.map(async ({ token, chatId }) => {
        const headers = { ...announce({ chatId, name: 'file.bin', type: '', bytes }), 'content-type': partType }
        const response = await tus.call('POST', '/api/uploads', { token, headers, body: bytes })
        if (response.status !== 201) throw new Error(`An upload was answered with ${response.status}.`)
      }),
    )
    return { seconds: (performance.now() - startedAt) / 1_000 }
  }

  async #post(path: string, body: object, token?: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const response = await fetch(`${this.#url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return await response.json()
  }
}
