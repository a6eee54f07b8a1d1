import { AppError } from '@deskbell/contract/errors'
import { cspReportBytesMax, cspReportRate, cspReportsRate } from '@deskbell/contract/limits'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HttpOptions } from '../http-options.ts'
import { peerOf } from './peer.ts'
import { cspReportPath } from './security-headers.ts'
import { TokenBuckets } from './token-buckets.ts'

/** Reports of one request that are looked at. */
const reportsMax = 5
const charsMax = 200

const field = z.string().optional().catch(undefined)
const line = z.number().optional().catch(undefined)
/** As `report-uri` sends it (CSP 2), and as the Reporting API does. */
const oldSchema = z.object({
  'csp-report': z.looseObject({
    'effective-directive': field,
    'violated-directive': field,
    'blocked-uri': field,
    'document-uri': field,
    'source-file': field,
    'line-number': line,
  }),
})
const newSchema = z.array(
  z.looseObject({
    type: field,
    body: z
      .looseObject({
        effectiveDirective: field,
        blockedURL: field,
        documentURL: field,
        sourceFile: field,
        lineNumber: line,
      })
      .nullish(),
  }),
)

type Report = { directive?: string | undefined; blocked?: string | undefined; page?: string | undefined } & {
  source?: string | undefined
  line?: number | undefined
}

/**
 * Takes what browsers report of the policy of the pages, and writes it into the log: a few short lines, without queries
 * and fragments. Anybody may send reports, so each address and all of them together have a rate, also without
 * `RATE_LIMITS`; beyond it a report is taken and forgotten.
 */
export function serveCspReports(app: FastifyInstance, { log, trustProxy, rateClock }: HttpOptions): void {
  const now = rateClock ?? (() => performance.now())
  const [ofAddress, ofAll] = [new TokenBuckets(cspReportRate, now), new TokenBuckets(cspReportsRate, now)]
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      ['application/csp-report', 'application/reports+json', 'application/json'],
      { parseAs: 'string', bodyLimit: cspReportBytesMax },
      async (_request: unknown, body: string) => reportsIn(body),
    )
    scope.post<{ Body: Report[] | undefined }>(cspReportPath, async (request, reply) => {
      const { address } = peerOf(request.raw, trustProxy)
      for (const report of request.body?.slice(0, reportsMax) ?? [])
        if (ofAddress.take(address) === 0 && ofAll.take('all') === 0)
          log.warn(report, 'The policy of a page refused something')
      return reply.code(204).header('cache-control', 'no-store').send()
    })
  })
}

function reportsIn(text: string): Report[] {
  const json = parse(text)
  const old = oldSchema.safeParse(json).data?.['csp-report']
  if (old !== undefined) {
    const directive = old['effective-directive'] ?? old['violated-directive']
    const { 'blocked-uri': blocked, 'document-uri': page, 'source-file': source, 'line-number': at } = old
    return [shown({ directive, blocked, page, source, line: at })]
  }
  const reports = newSchema.safeParse(json).data
  if (reports === undefined) throw new AppError('invalid_input')
  return reports.flatMap(({ type, body }) => {
    if (type !== 'csp-violation' || body == null) return []
    const { effectiveDirective: directive, blockedURL: blocked, documentURL: page, sourceFile: source } = body
    return [shown({ directive, blocked, page, source, line: body.lineNumber })]
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid_input')
  }
}

function shown({ directive, blocked, page, source, line: at }: Report): Report {
  return {
    directive: /^[a-z-]+/.exec(directive ?? '')?.[0].slice(0, charsMax),
    blocked: withoutQuery(blocked),
    page: withoutQuery(page),
    source: withoutQuery(source),
    line: at,
  }
}

/** An address without its query and fragment, which may have secrets; `inline`, `eval` and the like as they are. */
function withoutQuery(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  if (/^[a-z-]{1,40}$/.test(text)) return text
  const url = URL.parse(text)
  if (url === null) return 'unknown'
  const isHierarchical = url.protocol === 'http:' || url.protocol === 'https:' || url.protocol.startsWith('ws')
  return (isHierarchical ? `${url.protocol}//${url.host}${url.pathname}` : url.protocol).slice(0, charsMax)
}
