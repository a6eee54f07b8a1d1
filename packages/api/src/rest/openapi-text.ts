import type { AnyTRPCRouter } from '@trpc/server'
import { openApiDocument } from './openapi-document.ts'
import { collectRoutes } from './rest-routes.ts'

/** The document as it is committed: a change of the API shows as a change of lines. */
export function openApiText(router: AnyTRPCRouter): string {
  return `${JSON.stringify(openApiDocument(collectRoutes(router)), null, 2)}\n`
}
