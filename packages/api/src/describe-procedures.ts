import type { AnyTRPCRouter } from '@trpc/server'
import { z } from 'zod'
import type { ProcedureMeta } from './procedure-meta.ts'

export type ProcedureDescription = {
  /** Its tRPC name: `chats.close`. */
  name: string
  type: 'query' | 'mutation' | 'subscription'
  meta: ProcedureMeta
  input: z.ZodType
  /** Null for a stream. */
  output: z.ZodType | null
}

/**
 * Describes all procedures of a router. Only this function reads the internals of the router. The REST adapter, the
 * OpenAPI document and the tests use its result.
 */
export function describeProcedures(router: AnyTRPCRouter): ProcedureDescription[] {
  return Object.entries(router._def.procedures).map(([name, procedure]) => describeProcedure(name, procedure))
}

const definitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  inputs: z.tuple([z.instanceof(z.ZodType)], 'every procedure declares its input, once'),
  output: z.instanceof(z.ZodType).optional(),
  meta: z.custom<ProcedureMeta>((value) => value !== null && typeof value === 'object'),
})

function describeProcedure(name: string, procedure: unknown): ProcedureDescription {
  const parsed = z.object({ _def: definitionSchema }).parse({ _def: definitionOf(procedure) })
  const { type, inputs, output, meta } = parsed._def
  return { name, type, meta, input: inputs[0], output: output ?? null }
}

function definitionOf(procedure: unknown): unknown {
  return typeof procedure === 'function' && '_def' in procedure ? procedure._def : undefined
}
