import type { ProcedureDescription } from '@deskbell/api/describe-procedures'
import type { RestRoute } from '@deskbell/api/rest/rest-routes'
import { z } from 'zod'
import { openSse } from '../probes/sse-probe.ts'
import { waitFor } from '../wait-for.ts'
import type { Outcome } from './access-table.ts'
import { CallSocket } from './call-socket.ts'
import type { Session } from './cast.ts'
import { outcomeOf, type Received } from './outcome.ts'

/** Makes calls over one transport. */
export type Way = {
  name: string
  /** False for a procedure that this transport does not have. */
  has(procedure: ProcedureDescription): boolean
  /** A socket cannot sign anybody in: it belongs to a session. */
  needsSession: boolean
  /** Makes one call with each input, and returns the answers in that order. */
  call(session: Session, procedure: ProcedureDescription, inputs: readonly object[]): Promise<Received[]>
}

export function allWays({ url, wsUrl }: { url: string; wsUrl: string }, routes: readonly RestRoute[]): Way[] {
  return [
    restWay(url, routes),
    httpWay(url),
    httpBatchWay(url),
    sseWay(url),
    socketWay(wsUrl, false),
    socketWay(wsUrl, true),
  ]
}

function restWay(url: string, allRoutes: readonly RestRoute[]): Way {
  const routes = new Map(allRoutes.map((route) => [route.procedure, route]))
  return {
    name: 'REST',
    needsSession: false,
    has: ({ name }) => routes.has(name),
    call: (session, { name }, inputs) =>
      Promise.all(
        inputs.map(async (input) => {
          const route = routes.get(name)
          if (route === undefined) throw new Error(`${name} has no REST path.`)
          return received(await fetch(...restRequest(url, { route, input, headers: session.headers })))
        }),
      ),
  }
}

type RestCall = { route: RestRoute; input: object; headers: Record<string, string> }

function restRequest(url: string, { route, input, headers }: RestCall): [string, RequestInit] {
  const fields = new Map<string, unknown>(Object.entries(input))
  const path = route.pathFields.reduce((text, { parameter, field }) => {
    const value = String(fields.get(field))
    fields.delete(field)
    return text.replace(`{${parameter}}`, encodeURIComponent(value))
  }, String(route.path))
  if (route.method !== 'POST') {
    const query = new URLSearchParams()
    for (const [name, value] of fields) query.append(name, String(value))
    return [`${url}/api${path}${query.size > 0 ? `?${query}` : ''}`, { method: route.method, headers }]
  }
  return [`${url}/api${path}`, { method: 'POST', ...jsonBody(Object.fromEntries(fields), headers) }]
}

function httpWay(url: string): Way {
  return {
    name: 'tRPC',
    needsSession: false,
    has: ({ type }) => type !== 'subscription',
    call: ({ headers }, { name, type }, inputs) =>
      Promise.all(
        inputs.map(async (input) => {
          if (type === 'mutation')
            return received(await fetch(`${url}/trpc/${name}`, { method: 'POST', ...jsonBody(input, headers) }))
          return received(await fetch(`${url}/trpc/${name}?${inputQuery(input)}`, { headers }))
        }),
      ),
  }
}

function httpBatchWay(url: string): Way {
  return {
    name: 'tRPC batch',
    needsSession: false,
    has: ({ type }) => type !== 'subscription',
    async call({ headers }, { name, type }, inputs) {
      const path = `${url}/trpc/${inputs.map(() => name).join(',')}?batch=1`
      const byPlace = Object.fromEntries(inputs.entries())
      const response =
        type === 'mutation'
          ? await fetch(path, { method: 'POST', ...jsonBody(byPlace, headers) })
          : await fetch(`${path}&${inputQuery(byPlace)}`, { headers })
      const bytes = await bytesOf(response)
      const answers = z.array(z.unknown()).parse(JSON.parse(bytes.body))
      return answers.map((answer) => ({
        outcome: outcomeOf(answer),
        answer: JSON.stringify(answer),
        bytes: `${bytes.head} ${bytes.body}`,
      }))
    },
  }
}

function sseWay(url: string): Way {
  return {
    name: 'SSE',
    needsSession: false,
    has: ({ type }) => type === 'subscription',
    call: ({ headers }, { name }, inputs) =>
      Promise.all(
        inputs.map(async (input) => {
          await using reader = await openSse(`${url}/trpc/${name}?${inputQuery(input)}`, headers)
          await waitFor(() => reader.ended() || isLive(reader.text()), { what: 'a live stream' })
          const text = reader.text()
          const bytes = `${headText(reader)} ${text}`
          return { outcome: streamOutcome(text), answer: bytes, bytes } satisfies Received
        }),
      ),
  }
}

/** Calls over a socket of their own, one in a frame or all in one. */
function socketWay(wsUrl: string, isBatch: boolean): Way {
  return {
    name: isBatch ? 'socket batch' : 'socket',
    needsSession: true,
    has: () => true,
    async call(session, procedure, inputs) {
      await using socket = await CallSocket.open(wsUrl, session)
      return await socket.call(procedure, inputs, isBatch)
    },
  }
}

/** A stream that fails before it begins is an ordinary answer, and one that fails later ends with an event. */
function streamOutcome(text: string): Outcome {
  if (isLive(text)) return 'ok'
  const failure = /event: serialized-error\ndata: (.*)/.exec(text)?.[1]
  return outcomeOf(failure === undefined ? JSON.parse(text) : { error: JSON.parse(failure) })
}

function isLive(text: string): boolean {
  return text.includes('"t":"live"')
}

function jsonBody(body: unknown, headers: Record<string, string>): RequestInit {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

function inputQuery(input: unknown): string {
  return `input=${encodeURIComponent(JSON.stringify(input))}`
}

async function received(response: Response): Promise<Received> {
  const { head, body } = await bytesOf(response)
  const bytes = `${head} ${body}`
  return { outcome: body === '' ? 'ok' : outcomeOf(JSON.parse(body)), answer: bytes, bytes }
}

async function bytesOf(response: Response): Promise<{ head: string; body: string }> {
  return { head: headText(response), body: await response.text() }
}

function headText({ status, headers }: { status: number; headers: Headers }): string {
  return `${status} ${JSON.stringify([...headers])}`
}
