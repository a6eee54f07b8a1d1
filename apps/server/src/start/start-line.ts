import { relative } from 'node:path'
import { isLoopback } from '../config/addresses.ts'
import type { Config } from '../config/config.ts'
import { databaseLocation } from '../storage/database-location.ts'

/** The message of a successful start: where the server listens, who may sign in, and where the data is. */
export function startLine(config: Config): string {
  const host = isLoopback(config.host) ? 'localhost' : config.host.includes(':') ? `[${config.host}]` : config.host
  const where = config.role === 'live' ? `ws://${host}:${config.port}` : `http://${host}:${config.port}`
  const role = config.role === 'all' ? '' : ` (${config.role})`
  return [`Deskbell${role} is ready on ${where}`, authSentence(config), dataSentence(config)].join(' · ')
}

/** The warning beside the start message when strangers can sign in; null when they cannot. */
export function openWarning({ openTo }: Pick<Config, 'openTo'>): string | null {
  if (openTo === null) return null
  return `${openTo} lets other machines in: with AUTH_MODE=open anybody there can sign in as operator and read every chat`
}

function authSentence({ authMode }: Config): string {
  return authMode === 'open' ? 'AUTH_MODE=open: anybody can sign in' : 'AUTH_MODE=secure'
}

function dataSentence({ databaseUrl, dataDir }: Config): string {
  if (databaseUrl) return `data in ${databaseLocation(databaseUrl)}`
  const shown = relative(process.cwd(), dataDir)
  return `data in ${shown === '' || shown.startsWith('..') ? dataDir : shown}`
}
