import type { RestMethod } from '../../procedure-meta.ts'
import type { JsonMedia, OpenApiOperation, OpenApiParameter } from '../openapi/openapi-operation.ts'
import { codeBlock, escapeHtml, prose, table } from './docs-html.ts'
import { fieldsTable, shapeOf } from './docs-shape.ts'

export type DocumentedOperation = { method: RestMethod; path: string; operation: OpenApiOperation }

export function operationSection({ method, path, operation }: DocumentedOperation): string {
  const id = escapeHtml(operation.operationId)
  return [
    `<section aria-labelledby="${id}">`,
    `<h3 id="${id}"><span class="method">${method}</span> <code>/api${escapeHtml(path)}</code></h3>`,
    `<p>${prose(operation.summary)} ${prose(operation.description)} <span class="soft">tRPC: <code>${id}</code></span></p>`,
    parametersPart(operation.parameters ?? []),
    bodyPart(operation.requestBody?.content['application/json']),
    answersPart(operation),
    codeBlock(curlExample({ method, path, operation }), `Example call of ${operation.operationId}`),
    '</section>',
  ].join('\n')
}

function parametersPart(parameters: readonly OpenApiParameter[]): string {
  if (parameters.length === 0) return ''
  const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]))
  const required = parameters.filter((each) => each.required).map(({ name }) => name)
  return `<h4>Parameters</h4>${fieldsTable({ type: 'object', properties, required })}`
}

function bodyPart(media: JsonMedia | undefined): string {
  return media === undefined ? '' : `<h4>Body</h4>${fieldsTable(media.schema)}`
}

function answersPart({ responses }: OpenApiOperation): string {
  const rows = Object.entries(responses).map(([status, response]) => {
    if ('$ref' in response) return [status, errorLink(response.$ref)]
    const json = response.content?.['application/json']
    const shape = json === undefined ? '' : shapeOf(json.schema)
    return [status, [prose(response.description), shape].filter((part) => part !== '').join('<br>')]
  })
  return `<h4>Answers</h4>${table(['Status', 'Meaning'], rows)}`
}

function errorLink(reference: string): string {
  const code = escapeHtml(reference.slice(reference.lastIndexOf('/') + 1))
  return `<a href="#${code}"><code>${code}</code></a>`
}

function curlExample({ method, path, operation }: DocumentedOperation): string {
  const example = operation.requestBody?.content['application/json'].example
  const options = [
    method === 'GET' ? '' : `-X ${method}`,
    operation.security?.length === 0 ? '' : '-H "Authorization: Bearer $TOKEN"',
    example === undefined ? '' : "-H 'Content-Type: application/json'",
    example === undefined ? '' : `-d '${JSON.stringify(example)}'`,
  ]
  const parts = options.filter((option) => option !== '').map((option) => ` \\\n  ${option}`)
  return `curl http://localhost:8080/api${path.replace('{id}', '12').replace('{messageId}', '90')}${parts.join('')}`
}
