import type { AnyTRPCRouter } from '@trpc/server'
import { collectRoutes } from '../rest-routes.ts'
import { openApiDocument } from './openapi-document.ts'

/** Returns the text of the committed document, indented so that a change of the API is a readable diff. */
export function openApiText(router: AnyTRPCRouter): string {
  return `${JSON.stringify(openApiDocument(collectRoutes(router)), null, 2)}\n`
}
