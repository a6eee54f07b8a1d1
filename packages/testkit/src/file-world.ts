import { randomBytes } from 'node:crypto'
import { signIn, uniqueId } from './factories.ts'
import { createRestProbe, type RestProbe } from './probes/rest-probe.ts'
import { createTusProbe, type TusProbe } from './probes/tus-probe.ts'
import type { TestServer } from './test-server.ts'

/** A client with a chat and an operator, and what speaks for them. */
export type FileWorld = {
  readonly chatId: number
  readonly client: string
  readonly operator: string
  readonly rest: RestProbe
  readonly tus: TusProbe
  /** Signs somebody else in as a client, and returns the token. */
  stranger(): Promise<string>
  /** Sends a message with these uploads. */
  send(token: string, uploadIds: string[], text?: string): ReturnType<RestProbe['call']>
}

export async function createFileWorld({ url, core }: Pick<TestServer, 'url' | 'core'>): Promise<FileWorld> {
  const [client, operator] = await Promise.all([signIn(core, 'client'), signIn(core, 'operator')])
  const rest = await createRestProbe(url)
  const made = await rest.call('POST', '/chats', { token: client.token, body: {} })
  const { chat } = made.json as { chat: { id: number } }
  return {
    chatId: chat.id,
    client: client.token,
    operator: operator.token,
    rest,
    tus: createTusProbe(url),
    stranger: async () => (await signIn(core, 'client')).token,
    send: (token, uploadIds, text = '') =>
      rest.call('POST', `/chats/${chat.id}/messages`, {
        token,
        body: { text, clientMsgId: uniqueId('m'), uploadIds },
      }),
  }
}

export function randomFile(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(bytes))
}
