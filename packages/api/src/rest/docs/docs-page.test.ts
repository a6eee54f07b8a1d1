import { errorCodeSchema } from '@deskbell/contract/errors'
import { describe, expect, it } from 'vitest'
import { appRouter } from '../../router.ts'
import { openApiDocument } from '../openapi/openapi-document.ts'
import { collectRoutes } from '../rest-routes.ts'
import { escapeHtml, prose } from './docs-html.ts'
import { docsPage } from './docs-page.ts'

const routes = collectRoutes(appRouter)
const { headers, body } = docsPage(openApiDocument(routes))
const html = body ?? ''

describe('the docs page', () => {
  it('[REST-9] has a section with an example call for every path', () => {
    for (const { procedure, path } of routes) {
      expect(html).toContain(`<h3 id="${procedure}">`)
      expect(html).toContain(`http://localhost:8080/api${path.replace('{id}', '12').replace('{messageId}', '90')}`)
    }
  })

  it('[REST-9] has a section for every error code, with the id in the type of a problem', () => {
    for (const code of errorCodeSchema.options) expect(html).toContain(`<h3 id="${code}">`)
  })

  it('[REST-9] has no broken link and no duplicate id', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })

  it('[REST-9] loads no resources and runs no scripts', () => {
    expect(html).not.toMatch(/<script|<img|<iframe|<link rel="stylesheet"|@import|url\(|\son\w+=|\sstyle=/i)
    expect([...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1])).toEqual([
      'data:,',
      '/api/openapi.json',
    ])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
  })

  it('[REST-9] escapes text', () => {
    expect(escapeHtml(`<a href='x'>&"`)).toBe('&#60;a href=&#39;x&#39;&#62;&#38;&#34;')
    expect(prose('`<b>` & co')).toBe('<code>&#60;b&#62;</code> &#38; co')
  })
})
