import { createHash } from 'node:crypto'
import { type ErrorCode, errorCodeSchema, errorMeanings } from '@deskbell/contract/errors'
import { errorTable } from '../../error-table.ts'
import { restMethods } from '../../procedure-meta.ts'
import type { OpenApiDocument } from '../openapi/openapi-document.ts'
import { type RestResponse, textResponse } from '../rest-response.ts'
import { escapeHtml, prose } from './docs-html.ts'
import { type DocumentedOperation, operationSection } from './docs-operation.ts'
import { fieldsTable } from './docs-shape.ts'
import { docsStyle } from './docs-style.ts'

/** Renders the document as an HTML page. The page loads nothing, and its policy allows only its own style. */
export function docsPage(document: OpenApiDocument): RestResponse {
  const response = textResponse('text/html; charset=utf-8', pageHtml(document))
  return { ...response, headers: { ...response.headers, 'content-security-policy': policy } }
}

const styleHash = createHash('sha256').update(docsStyle).digest('base64')

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

function pageHtml(document: OpenApiDocument): string {
  const operations = operationsOf(document)
  const { title, description } = document.info
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} API</title>
<style>${docsStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)} API</h1>
<p>${prose(description)}</p>
<p>For programs: <a href="/api/openapi.json">the OpenAPI 3.1 document</a>.</p>
</header>
<nav aria-label="Contents">${contents(document, operations)}</nav>
<main>
${document.tags.map((tag) => tagPart(tag, operations)).join('\n')}
<h2 id="shapes">Shapes</h2>
${shapesPart(document)}
<h2 id="errors">Errors</h2>
<p>Every error is <code>application/problem+json</code> of the shape <a href="#shape-Problem">Problem</a>.</p>
${errorCodeSchema.options.map(errorPart).join('\n')}
</main>
</body>
</html>
`
}

function operationsOf({ paths }: OpenApiDocument): DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    restMethods.flatMap((method) => {
      const operation = operations[method.toLowerCase()]
      return operation === undefined ? [] : [{ method, path, operation }]
    }),
  )
}

function contents(document: OpenApiDocument, operations: readonly DocumentedOperation[]): string {
  const items = operations.map(({ method, path, operation }) => {
    const text = `<span class="method">${method}</span> ${escapeHtml(path)}`
    return `<li><a href="#${escapeHtml(operation.operationId)}">${text}</a></li>`
  })
  const shapes = Object.keys(document.components.schemas).map(
    (name) => `<li><a href="#shape-${escapeHtml(name)}">${escapeHtml(name)}</a></li>`,
  )
  return `<ul>${items.join('')}${shapes.join('')}<li><a href="#errors">Errors</a></li></ul>`
}

function tagPart(tag: OpenApiDocument['tags'][number], operations: readonly DocumentedOperation[]): string {
  const own = operations.filter(({ operation }) => operation.tags.includes(tag.name))
  const head = `<h2 id="tag-${escapeHtml(tag.name)}">${escapeHtml(tag.name)}</h2><p>${prose(tag.description)}</p>`
  return [head, ...own.map(operationSection)].join('\n')
}

function shapesPart({ components }: OpenApiDocument): string {
  const parts = Object.entries(components.schemas).map(([name, schema]) => {
    return `<h3 id="shape-${escapeHtml(name)}">${escapeHtml(name)}</h3>${fieldsTable(schema)}`
  })
  return parts.join('\n')
}

function errorPart(code: ErrorCode): string {
  const { status, retryAfterMs } = errorTable[code]
  const retry = retryAfterMs === null ? '' : ' Try again after the seconds of <code>Retry-After</code>.'
  return `<h3 id="${code}"><span class="method">${status}</span> <code>${code}</code></h3><p>${errorMeanings[code]}${retry}</p>`
}
