import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { z } from 'zod'

export type Answer = { method: string; path: string; status: number; type: string | null; json: unknown }

export type AnswerCheck = {
  /** Throws when the response does not match the document. */
  hold(answer: Answer): void
  /** The operations and statuses of all checked responses, such as `POST /chats 201`. */
  readonly seen: ReadonlySet<string>
}

/** Checks responses against an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12. */
export function createAnswerCheck(document: unknown): AnswerCheck {
  const { paths } = documentSchema.parse(document)
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'document', ...(document as object) })
  const seen = new Set<string>()

  function validate(pointer: string, json: unknown, what: string): void {
    const check = ajv.getSchema(`document#${pointer}`)
    if (check === undefined) throw new Error(`${what}: no schema at ${pointer}`)
    if (!check(json)) throw new Error(`${what} does not fit the document: ${ajv.errorsText(check.errors)}`)
  }

  function hold({ method, path, status, type, json }: Answer): void {
    const what = `${method} ${path} ${status}`
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
    const template = templateOf(Object.keys(paths), path.split('?')[0] ?? '')
    const operation = paths[template]?.[verb]
    if (operation === undefined) {
      holdOutside(status, json, what)
      return
    }
    const response = operation.responses[String(status)]
    if (response === undefined) throw new Error(`${what} is not in the document`)
    seen.add(`${verb.toUpperCase()} ${template} ${status}`)
    if (type === null || method === 'HEAD') return
    const base = pointerOf(response) ?? `/paths/${escaped(template)}/${verb}/responses/${status}`
    validate(`${base}/content/${escaped(type.split(';')[0] ?? '')}/schema`, json, what)
  }

  /** Checks the response of a request that is no operation: an unknown path, another method, or the document itself. */
  function holdOutside(status: number, json: unknown, what: string): void {
    if (status < 400) return
    if (status !== 404 && status !== 405) throw new Error(`${what} is not in the document`)
    if (json !== null) validate('/components/schemas/Problem', json, what)
  }

  return { hold, seen }
}

const responseSchema = z.union([z.object({ $ref: z.string() }), z.object({ description: z.string() }).loose()])

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ responses: z.record(z.string(), responseSchema) }).loose()),
  ),
})

function pointerOf(response: z.infer<typeof responseSchema>): string | undefined {
  return '$ref' in response && typeof response.$ref === 'string' ? response.$ref.slice(1) : undefined
}

/** Returns the path of the document that matches, or an empty string. A path without parameters has precedence. */
function templateOf(templates: readonly string[], path: string): string {
  if (templates.includes(path)) return path
  const segments = path.split('/')
  const found = templates.find((template) => {
    const parts = template.split('/')
    return (
      parts.length === segments.length && parts.every((part, nth) => part.startsWith('{') || part === segments[nth])
    )
  })
  return found ?? ''
}

/** Escapes a path for use as one segment of a JSON pointer in a URI fragment. */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
}
