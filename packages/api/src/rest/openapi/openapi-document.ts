import { errorMeanings, problemSchema } from '@deskbell/contract/errors'
import type { RestRoute } from '../rest-routes.ts'
import type { JsonSchema } from './json-schema.ts'
import { outputJsonSchema } from './json-schema.ts'
import { type ErrorResponses, errorResponses } from './openapi-errors.ts'
import { type OpenApiOperation, operationOf } from './openapi-operation.ts'
import { createSchemaComponents } from './schema-components.ts'

export type OpenApiDocument = {
  openapi: '3.1.0'
  info: {
    title: string
    version: string
    description: string
    contact: { name: string }
    license: { name: string; identifier: string }
  }
  servers: { url: string; description: string }[]
  security: Record<string, string[]>[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, OpenApiOperation>>
  components: {
    schemas: Record<string, JsonSchema>
    responses: ErrorResponses
    securitySchemes: Record<string, JsonSchema>
  }
}

/** Generates the document. Its paths and schemas come from the router only, so they match what the router does. */
export function openApiDocument(routes: readonly RestRoute[]): OpenApiDocument {
  const components = createSchemaComponents()
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const method = route.method.toLowerCase()
    paths[route.path] = { ...paths[route.path], [method]: operationOf(route, components) }
  }
  const problem = components.add(outputJsonSchema(problemSchema))
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/api', description: 'This server' }],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    tags,
    paths,
    components: {
      schemas: { ...components.schemas, Problem: problem },
      responses: errorResponses(routes),
      securitySchemes,
    },
  }
}

const info = {
  title: 'Deskbell',
  version: '1',
  contact: { name: 'Whoever runs this server' },
  license: { name: 'MIT', identifier: 'MIT' },
  description: [
    'Live chat between clients and operators. Every path is a tRPC procedure of the same server.',
    'Bodies are JSON of at most 256 KiB; one that would be `{}` may be left out. Unknown fields, and unknown or',
    'repeated query parameters, are `invalid_input`. Ids are integers up to 2^53−1, times are ISO 8601 in UTC with',
    'milliseconds. `HEAD` goes with `GET`; another method of a known path is `method_not_allowed` with `Allow`.',
    'Files are uploaded by tus 1.0.0 at `/api/uploads`, with the metadata `filename`, `filetype`, `alt` and `chatId`, by whoever may',
    'write in the chat. `uploadIds` of a message are the last segments of the URLs of finished uploads. `GET /files/{id}` serves',
    'an attachment with the same session or key, to those who see the chat. An operator puts an image of at most 5 MiB to',
    '`/api/users/me/avatar` as its picture, and deletes it there; `GET /avatars/{id}` serves pictures.',
    'New fields and error codes may be added; none is changed.',
  ].join('\n'),
}

const tags = [
  { name: 'users', description: 'Signing in and out.' },
  { name: 'auth', description: 'Signing in without an account and with one, and where a user is signed in.' },
  { name: 'operators', description: 'Who answers, and who may manage that.' },
  { name: 'keys', description: 'Keys of programs.' },
  { name: 'identityKeys', description: 'Keys with which the own site signs who its clients are.' },
  { name: 'audit', description: 'What was done by those who manage the server.' },
  { name: 'chats', description: 'Chats between a client and the operators.' },
  { name: 'messages', description: 'What was said in them.' },
]

const cookieNote =
  'Set by signing in. With both cookies the header `deskbell-role` names the one that is meant. The header ' +
  '`deskbell-user` may name the user: the session of another is `unauthenticated`. ' +
  'Over HTTPS the name has the prefix `__Host-`. ' +
  `A changing request needs an \`Origin\` of this server, else: ${errorMeanings.forbidden}`

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token of signing in. Cookies are ignored beside it.' },
  clientCookie: { type: 'apiKey', in: 'cookie', name: 'deskbell_client', description: cookieNote },
  operatorCookie: { type: 'apiKey', in: 'cookie', name: 'deskbell_operator', description: cookieNote },
}
