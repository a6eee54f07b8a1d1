import { randomUUID } from 'node:crypto'
import { createTusProbe } from '@deskbell/testkit/probes/tus-probe'

/** A user who calls REST without a browser, as the other side of a chat or to fill one. */
export type RestUser = {
  readonly id: number
  readonly token: string
  createChat(): Promise<number>
  /** Resolves when the message is acknowledged. */
  send(chatId: number, text: string, more?: { clientMsgId?: string; uploadIds?: string[] }): Promise<SentMessage>
  /** Resolves with the id of the upload. Its type is that of its name. */
  upload(chatId: number, name: string, bytes: Buffer): Promise<string>
  /** Sends the messages one after the other. */
  sendAll(chatId: number, texts: readonly string[]): Promise<void>
  close(chatId: number): Promise<void>
  /** Assigns the chat to this operator, even if a colleague has it. */
  take(chatId: number): Promise<void>
  markRead(chatId: number, seq: number): Promise<void>
  /** Returns all messages, oldest first. */
  history(chatId: number): Promise<{ id: number; seq: number; text: string; clientMsgId: string | null }[]>
}

type SentMessage = { id: number; seq: number; text: string }

type Named = { email: string; name: string; role: 'client' | 'operator' }

export async function signInByRest(url: string, person: Named): Promise<RestUser> {
  const { user, token } = await call<{ user: { id: number }; token: string }>(`${url}/api/users/login`, {
    body: person,
  })
  const post = <T>(path: string, body: object) => call<T>(`${url}/api${path}`, { body, token })
  const send: RestUser['send'] = async (chatId, text, { clientMsgId = randomUUID(), uploadIds = [] } = {}) => {
    const sent = await post<{ message: SentMessage }>(`/chats/${chatId}/messages`, {
      text,
      clientMsgId,
      ...(uploadIds.length > 0 && { uploadIds }),
    })
    return sent.message
  }
  return {
    id: user.id,
    token,
    send,
    upload: (chatId, name, bytes) =>
      createTusProbe(url).upload(token, { chatId, name, type: '', bytes: new Uint8Array(bytes) }),
    createChat: async () => (await post<{ chat: { id: number } }>('/chats', {})).chat.id,
    sendAll: async (chatId, texts) => {
      for (const text of texts) await send(chatId, text)
    },
    take: async (chatId) => void (await post(`/chats/${chatId}/assign-operator`, { takeOver: true })),
    markRead: async (chatId, seq) => void (await post(`/chats/${chatId}/read`, { seq })),
    close: async (chatId) => void (await post(`/chats/${chatId}/close`, {})),
    history: (chatId) => readHistory(`${url}/api/chats/${chatId}/messages?limit=200`, token),
  }
}

type Page = { items: { id: number; seq: number; text: string; clientMsgId: string | null }[]; hasMore: boolean }

async function readHistory(address: string, token: string): Promise<Page['items']> {
  const items: Page['items'] = []
  let page: Page
  do {
    page = await call<Page>(`${address}&afterId=${items.at(-1)?.id ?? 0}`, { token })
    items.push(...page.items)
  } while (page.hasMore)
  return items
}

async function call<T>(address: string, { body, token }: { body?: object; token?: string }): Promise<T> {
  const response = await fetch(address, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${response.status} for ${new URL(address).pathname}: ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as T
}
