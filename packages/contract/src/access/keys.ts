import { z } from 'zod'
import { nameSchema } from '../text.ts'
import { timeSchema } from '../users.ts'

export const scopeSchema = z.enum(['read', 'send', 'manage'])
/** What a key may do, each more than the one before: read everything; also send, open chats and mark; also change chats. */
export type Scope = z.infer<typeof scopeSchema>

const keyIdSchema = z.int().positive()

export const createKeyInputSchema = z.strictObject({ name: nameSchema, scopes: z.array(scopeSchema).min(1).max(3) })
export type CreateKeyInput = z.output<typeof createKeyInputSchema>
export const deleteKeyInputSchema = z.strictObject({ keyId: keyIdSchema })
export type DeleteKeyInput = z.output<typeof deleteKeyInputSchema>

export const apiKeySchema = z
  .object({
    id: keyIdSchema,
    name: z.string(),
    scopes: z.array(scopeSchema),
    createdAt: timeSchema,
    lastUsedAt: timeSchema.nullable(),
  })
  .meta({ id: 'ApiKey' })
/** A key of a program, which acts as an operator of this name. */
export type ApiKey = {
  id: number
  name: string
  scopes: Scope[]
  createdAt: string
  /** Behind the last use by at most an hour. Null: never used. */
  lastUsedAt: string | null
}

export const createKeyOutputSchema = z.object({ key: apiKeySchema, secret: z.string() })
/** `secret` is the bearer token. It is shown this once. */
export type CreateKeyOutput = { key: ApiKey; secret: string }
export const keysOutputSchema = z.object({ items: z.array(apiKeySchema) })
export type KeysOutput = { items: ApiKey[] }
