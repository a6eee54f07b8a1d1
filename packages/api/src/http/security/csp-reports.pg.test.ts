import type { Logger } from '@deskbell/core/logger'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const lines: object[] = []
const ignore = () => {}
const log: Logger = { debug: ignore, info: ignore, error: ignore, warn: (fields) => void lines.push(fields) }

let server: TestServer
let now = 0
beforeAll(async () => {
  server = await startTestServer({ log, rateClock: () => now, trustProxy: true })
})
afterAll(() => server.close())
beforeEach(() => {
  lines.length = 0
  now += 60 * 60_000
})

async function report(body: unknown, { type = 'application/csp-report', address = '203.0.113.7' } = {}) {
  const headers = { 'content-type': type, 'x-forwarded-for': address }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { status } = await fetch(`${server.url}/csp-reports`, { method: 'POST', headers, body: text })
  return status
}

const old = (fields: object) => ({ 'csp-report': fields })

test('[HTTP-42] both forms of a report become a line without queries, fragments and user names', async () => {
  const fields = {
    'document-uri': 'https://desk.example/chats/7?token=dbs_secret#secret',
    'effective-directive': 'script-src-elem',
    'blocked-uri': 'https://user:secret@evil.example/x.js?secret',
    'source-file': 'https://desk.example/assets/a.js?secret',
    'line-number': 7,
    'script-sample': 'the secret text of a chat',
    'original-policy': "default-src 'none'",
  }
  expect(await report(old(fields))).toBe(204)
  const body = {
    documentURL: fields['document-uri'],
    effectiveDirective: 'require-trusted-types-for',
    blockedURL: 'trusted-types-sink',
    sourceFile: 'data:text/javascript,secret',
    lineNumber: 9,
    sample: 'secret',
  }
  const reports = [{ type: 'csp-violation', age: 1, url: body.documentURL, user_agent: 'secret', body }]
  expect(await report(reports, { type: 'application/reports+json' })).toBe(204)
  const page = 'https://desk.example/chats/7'
  expect(lines).toEqual([
    {
      ...{ directive: 'script-src-elem', blocked: 'https://evil.example/x.js', page },
      ...{ source: 'https://desk.example/assets/a.js', line: 7 },
    },
    { directive: 'require-trusted-types-for', blocked: 'trusted-types-sink', page, source: 'data:', line: 9 },
  ])
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('[HTTP-42] a report that is none is refused, and writes nothing', async () => {
  for (const body of ['', 'x', '{}', '[', 'null', '{"csp-report":null}', '[1]', '{"csp-report":[]}'])
    expect(await report(body), body).toBe(400)
  expect(await report({}, { type: 'text/plain' })).toBe(415)
  expect(await report('x'.repeat(20_000))).toBe(413)
  expect(lines).toEqual([])
  expect(await report([{ type: 'deprecation', body: null }], { type: 'application/reports+json' })).toBe(204)
  expect(await report(old({ 'blocked-uri': 7, 'document-uri': 'x\ny'.repeat(500), 'line-number': 'x' }))).toBe(204)
  expect(lines).toEqual([{ page: 'unknown' }])
})

test('[HTTP-42] a line is short, however long the report', async () => {
  const long = `https://desk.example/${'x'.repeat(5_000)}`
  await report(old({ 'document-uri': long, 'blocked-uri': long, 'effective-directive': 'x'.repeat(5_000) }))
  expect(JSON.stringify(lines).length).toBeLessThan(800)
})

test('[HTTP-42] reports have a rate by address and one of all, and those beyond it are forgotten', async () => {
  const one = old({ 'effective-directive': 'img-src' })
  const many = Array.from({ length: 9 }, () => ({ type: 'csp-violation', body: { effectiveDirective: 'img-src' } }))
  expect(await report(many)).toBe(204)
  expect(lines).toHaveLength(5)
  for (let nth = 0; nth < 20; nth += 1) expect(await report(one)).toBe(204)
  expect(lines).toHaveLength(10)
  for (let nth = 0; nth < 40; nth += 1) await report(one, { address: `198.51.100.${nth}` })
  expect(lines).toHaveLength(30)
  now += 10_000
  await report(one)
  expect(lines).toHaveLength(31)
})
