import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './deskbell-api.ts'

export type Api = Client<paths>
export type Chat = components['schemas']['Chat']
export type Problem = components['schemas']['Problem']

/** A response with an error status. Message and `code` are the server's. */
export class RefusedError extends Error {
  readonly code: Problem['code']
  constructor(problem: Problem) {
    super(problem.detail)
    this.code = problem.code
  }
}

/** Signs in to a server such as `http://localhost:8080`. Every later call sends the token. Throws `RefusedError`. */
export async function signIn(
  url: string,
  who: { email: string; name: string; role: 'client' | 'operator' },
): Promise<Api> {
  const api = createClient<paths>({ baseUrl: `${url}/api` })
  const { data, error } = await api.POST('/users/login', { body: who })
  if (error) throw new RefusedError(error)
  api.use({
    onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${data.token}`)
    },
  })
  return api
}

/** Yields all chats whose client waits for an answer, longest wait first, loaded page by page. */
export async function* waitingChats(api: Api): AsyncGenerator<Chat> {
  let cursor: string | undefined
  do {
    const query = { sort: 'waiting' as const, limit: 100, ...(cursor && { cursor }) }
    const { data, error } = await api.GET('/chats', { params: { query } })
    if (error) throw new RefusedError(error)
    for (const chat of data.items) if (chat.waitingSince) yield chat
    cursor = data.nextCursor ?? undefined
  } while (cursor)
}
