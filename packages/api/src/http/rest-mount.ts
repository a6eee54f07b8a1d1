import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestContext } from '../context.ts'
import { createRestHandler, type RestHandler } from '../rest/handle-rest.ts'
import { appRouter } from '../router.ts'
import { sendResponse } from './errors/problem-reply.ts'

export type ContextOf = (request: FastifyRequest, reply: FastifyReply, via: RequestContext['via']) => RequestContext
export type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/**
 * Passes every request below `/api` to the REST handler unparsed. The handler reads the body itself, only when it needs
 * it, so that its order of checks holds. Returns the handler, for methods that Fastify does not route.
 */
export function mountRest(app: FastifyInstance, contextOf: ContextOf): Answer {
  const rest = createRestHandler({ router: appRouter })
  const answer: Answer = (request, reply) =>
    answerRest(rest, request, { reply, context: contextOf(request, reply, 'rest') })
  // Answered before Fastify looks at the media type, which it would refuse before the path and the method are checked.
  app.all('/api/*', { onRequest: answer }, answer)
  return answer
}

export function isRestPath(url: string): boolean {
  return url.startsWith('/api/')
}

type Call = { reply: FastifyReply; context: RequestContext }

async function answerRest(rest: RestHandler, request: FastifyRequest, { reply, context }: Call): Promise<FastifyReply> {
  const [path = '', query = ''] = splitOnce(request.raw.url ?? '', '?')
  const response = await rest.handle({
    method: request.method,
    path: path.slice('/api'.length),
    query,
    headers: request.headers,
    readBody: (bytesMax) => readBody(request.raw, bytesMax),
    context,
  })
  if (response.status === 413) await letFinish(request.raw)
  return sendResponse(reply, response)
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Reads at most `bytesMax` bytes; null when there are more. Leaves the stream open, so that a response can be sent. */
function readBody(body: IncomingMessage, bytesMax: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const cutOff = () => reject(new Error('The body was not sent to its end.'))
    // The sender may have gone while its session was read; then no event follows.
    if (body.destroyed) return cutOff()
    const chunks: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= bytesMax) return void chunks.push(chunk)
      body.off('data', onData)
      resolve(null)
    }
    body.on('data', onData)
    body.once('end', () => {
      // Every body closes after its end.
      body.off('close', cutOff)
      resolve(Buffer.concat(chunks))
    })
    body.once('error', reject)
    body.once('close', cutOff)
  })
}

const finishMs = 1_000

/** A sender that is cut off within its body sees a reset instead of the response, so it gets a second to finish. */
async function letFinish(body: IncomingMessage): Promise<void> {
  if (body.readableEnded) return
  body.resume()
  const finished = new Promise((resolve) => body.once('end', resolve).once('close', resolve))
  await Promise.race([finished, delay(finishMs, undefined, { ref: false })])
}
