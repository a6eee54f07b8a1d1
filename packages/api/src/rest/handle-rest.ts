import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import { type AnyTRPCRouter, callTRPCProcedure } from '@trpc/server'
import { toCallError } from '../call-error.ts'
import type { RequestContext } from '../context.ts'
import { reportFailure } from '../failure-report.ts'
import { type RestMethod, rateOf, restMethods } from '../procedure-meta.ts'
import { docsPage } from './docs/docs-page.ts'
import { readInput, withRestNames } from './input/read-input.ts'
import { type ReadBody, readJsonBytes } from './input/read-json-body.ts'
import { openApiDocument } from './openapi/openapi-document.ts'
import { jsonResponse, problemResponse, type RestResponse, textResponse } from './rest-response.ts'
import { collectRoutes, type RestRoute } from './rest-routes.ts'
import { createRouteTree, findRoute } from './route-tree.ts'

export type RestRequest = {
  method: string
  /** Below `/api`, still percent-encoded, without the query: `/chats/7`. */
  path: string
  /** Without the `?`; may be empty. */
  query: string
  headers: IncomingHttpHeaders
  readBody: ReadBody
  context: RequestContext
}

export type RestHandler = { handle(request: RestRequest): Promise<RestResponse> }

type Endpoint = RestRoute | (() => RestResponse)
type Resource = Partial<Record<RestMethod, Endpoint>>

/**
 * Creates the REST handler of a router. It depends on no web framework. The order of checks is that of the contract:
 * path, method, rate, media type, size, and then in the procedure session, role, input, object, conflict.
 */
export function createRestHandler({ router }: { router: AnyTRPCRouter }): RestHandler {
  const tree = createRouteTree(resourcesOf(router))

  async function answer(request: RestRequest): Promise<RestResponse> {
    const match = findRoute(tree, request.path)
    if (match === null) throw new AppError('not_found')
    const endpoint = endpointFor(match.value, request.method)
    if (endpoint === undefined) return methodNotAllowed(match.value, request.context.requestId)
    return typeof endpoint === 'function'
      ? endpoint()
      : callRoute(router, endpoint, { ...request, parameters: match.parameters })
  }

  return {
    async handle(request) {
      const response = await answer(request).catch((cause: unknown) => failed(request, cause))
      return sealed(request, response)
    },
  }
}

function resourcesOf(router: AnyTRPCRouter): Map<string, Resource> {
  const routes = collectRoutes(router)
  const document = openApiDocument(routes)
  const documentText = JSON.stringify(document)
  const page = docsPage(document)
  const resources = new Map<string, Resource>([
    ['/openapi.json', { GET: () => textResponse('application/json; charset=utf-8', documentText) }],
    ['/docs', { GET: () => page }],
  ])
  for (const route of routes) resources.set(route.path, { ...resources.get(route.path), [route.method]: route })
  return resources
}

async function callRoute(
  router: AnyTRPCRouter,
  route: RestRoute,
  request: RestRequest & { parameters: readonly string[] },
): Promise<RestResponse> {
  const { context: ctx, parameters, query } = request
  await ctx.limit(rateOf(route), async () => 1)
  const body = route.method === 'POST' ? await readJsonBytes(request) : new Uint8Array()
  try {
    const data: unknown = await callTRPCProcedure({
      router,
      path: route.procedure,
      type: route.type,
      ctx,
      getRawInput: async () => readInput(route, { parameters, query, body }),
      signal: ctx.signal,
      batchIndex: 0,
    })
    return jsonResponse(ctx.reply.status ?? route.defaultStatus, data)
  } catch (cause) {
    return problemResponse(withRestNames(route, toCallError(cause)), ctx.requestId)
  }
}

/** `HEAD` is handled as `GET`. */
function endpointFor(resource: Resource, method: string): Endpoint | undefined {
  const known = restMethods.find((each) => each === (method === 'HEAD' ? 'GET' : method))
  return known && resource[known]
}

function methodNotAllowed(resource: Resource, requestId: string): RestResponse {
  const known = restMethods.filter((method) => resource[method] !== undefined)
  const allow = known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  const response = problemResponse(new AppError('method_not_allowed'), requestId)
  return { ...response, headers: { ...response.headers, allow } }
}

/** Reports and answers a failure before the procedure. The middleware has reported those inside it. */
function failed({ context, path }: RestRequest, cause: unknown): RestResponse {
  const error = toCallError(cause)
  reportFailure({ ctx: context, path }, error)
  return problemResponse(error, context.requestId)
}

/** Adds the headers of every response. A response to `HEAD` has the headers of the body that it leaves out. */
function sealed({ method, context }: RestRequest, response: RestResponse): RestResponse {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': context.requestId,
    ...response.headers,
  }
  if (response.body !== null) headers['content-length'] = String(Buffer.byteLength(response.body))
  return { status: response.status, headers, body: method === 'HEAD' ? null : response.body }
}
