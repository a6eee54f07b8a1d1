import { isUnavailable, sqlState } from '@deskbell/db/database-error'
import { DataFolderError } from '@deskbell/db/embedded/data-folder/data-folder-error'
import { NewerSchemaError } from '@deskbell/db/migration/migrate'
import { OldServerError } from '@deskbell/db/migration/server-version'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { databaseLocation } from '../storage/database-location.ts'
import { StartupError } from './startup-error.ts'

const systemErrorSchema = z.looseObject({
  code: z.string(),
  syscall: z.string().optional(),
  hostname: z.string().optional(),
})

/** Explains in one line why the start failed, for the person who started it. Returns null for an unexpected error. */
export function explainFailure(error: unknown, config: Pick<Config, 'host' | 'port' | 'databaseUrl'>): string | null {
  if (
    error instanceof StartupError ||
    error instanceof DataFolderError ||
    error instanceof NewerSchemaError ||
    error instanceof OldServerError
  ) {
    return error.message
  }
  const { code, syscall, hostname } = systemErrorSchema.safeParse(error).data ?? {}
  if (code === 'EADDRINUSE') return `port ${config.port} is in use: stop the program that has it, or set PORT`
  if (code === 'EACCES' && syscall === 'listen') return `port ${config.port} is not allowed to this user: set PORT`
  if (code === 'EADDRNOTAVAIL' || hostname === config.host)
    return `this machine has no address ${config.host}: set HOST`
  if (code === 'ERR_INVALID_URL' && config.databaseUrl)
    return 'DATABASE_URL is no address: write special characters of its password as %XX'
  if (config.databaseUrl) return explainDatabase(error, config.databaseUrl)
  return null
}

/** Names host, port and name of the outside database, never the password. */
function explainDatabase(error: unknown, databaseUrl: string): string | null {
  const location = databaseLocation(databaseUrl)
  const state = sqlState(error)
  if (state?.startsWith('28')) return `the database ${location} does not accept the user or password of DATABASE_URL`
  if (state === '3D000') return `the database ${location} of DATABASE_URL does not exist`
  return isUnavailable(error) ? `the database ${location} of DATABASE_URL cannot be reached` : null
}
