import type { ErrorCode } from '@deskbell/contract/errors'
import { type AnswerCheck, createAnswerCheck } from './answer-check.ts'

export type RestCall = {
  token?: string
  /** It is sent as JSON; a string is sent unchanged. */
  body?: unknown
  headers?: Record<string, string>
}

export type RestAnswer = { status: number; headers: Headers; text: string; json: unknown; code: ErrorCode | null }

export type RestProbe = {
  /** `path` is relative to `/api`. Throws when the response does not match the OpenAPI document of the server. */
  call(method: string, path: string, call?: RestCall): Promise<RestAnswer>
  readonly check: AnswerCheck
}

/** Returns a REST client that checks each response against the OpenAPI document that the server serves. */
export async function createRestProbe(url: string): Promise<RestProbe> {
  const document: unknown = await (await fetch(`${url}/api/openapi.json`)).json()
  const check = createAnswerCheck(document)
  return {
    check,
    async call(method, path, call = {}) {
      const response = await fetch(`${url}/api${path}`, { method, ...requestOf(call) })
      const answer = await readAnswer(response)
      check.hold({ method, path, status: answer.status, type: response.headers.get('content-type'), json: answer.json })
      return answer
    },
  }
}

function requestOf({ token, body, headers = {} }: RestCall): RequestInit {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  if (body === undefined) return { headers: { ...authorization, ...headers } }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { headers: { 'content-type': 'application/json', ...authorization, ...headers }, body: text }
}

async function readAnswer(response: Response): Promise<RestAnswer> {
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : null
  return { status: response.status, headers: response.headers, text, json, code: codeOf(json) }
}

function codeOf(json: unknown): ErrorCode | null {
  if (typeof json !== 'object' || json === null || !('code' in json)) return null
  return json.code as ErrorCode
}
