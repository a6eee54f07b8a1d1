import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { FileLimits } from '@deskbell/core/stored-files/files'
import type { S3Settings } from '@deskbell/files/storage/s3-storage'
import type { z } from 'zod'
import { StartupError } from '../start/startup-error.ts'
import { isLoopback, isPrivateAddress } from './addresses.ts'
import { openSignInReach } from './open-sign-in.ts'
import { type Settings, settingsSchema } from './settings.ts'

export type Config = {
  readonly role: Settings['ROLE']
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly secretsKeyFile: string
  readonly databaseUrl: string | undefined
  readonly storage: StorageConfig
  readonly fileLimits: FileLimits
  readonly fetchAllow: string[]
  readonly bus: 'memory' | 'postgres'
  readonly publicUrl: string | undefined
  readonly consoleUrl: string | undefined
  readonly allowedOrigins: string[]
  readonly trustProxy: boolean
  readonly authMode: Settings['AUTH_MODE']
  /** The setting by which other machines reach an open sign-in, as `NAME=value`; null when none does. */
  readonly openTo: string | null
  /** Null when no mail is sent. */
  readonly mail: { readonly url: string; readonly from: string } | null
  /** Null: operators sign in by passwords only. */
  readonly oidc: OidcConfig | null
  readonly passwordsOff: boolean
  readonly closedChat: Settings['CLOSED_CHAT']
  readonly rateLimits: boolean
  readonly connectionsPerAddress: number | undefined
  readonly drain: Drain
  readonly logLevel: Settings['LOG_LEVEL']
}

/** Where the bytes of files are. */
export type StorageConfig = { readonly folder: string } | { readonly s3: S3Settings }

export type OidcConfig = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly allowed: string[]
  readonly name: string
}

/**
 * The times of a stop, in milliseconds. The server asks its connections to move, spread over `windowMs`. Then they have
 * `graceMs` to leave. The whole stop may take `boundMs`.
 */
export type Drain = { readonly windowMs: number; readonly graceMs: number; readonly boundMs: number }

const defaultPorts = { all: 8080, api: 9000, live: 8080 } as const satisfies Record<Settings['ROLE'], number>

/**
 * Reads the settings from the environment and from the file `.env` of the working directory. The environment wins.
 * Throws `StartupError`.
 */
export function loadConfig(path = '.env', env: Record<string, string | undefined> = process.env): Config {
  // Compose reads `.env` too. The address there is that of its containers: it says nothing of a server outside of one.
  const { PUBLISH_ADDRESS: _ofContainers, ...file } = readEnvFile(path)
  return parseConfig({ ...file, ...env })
}

/** Parses settings. Throws a `StartupError` of one line when any is wrong. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  // Docker Compose passes unset variables as empty strings.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success) throw new StartupError(parsed.error.issues.map((issue) => describe(issue, given)).join('; '))
  const settings = parsed.data
  const sessions = checkAuth(settings)
  checkPassword(settings)
  // A shell expands `~` only where it is not quoted, and in `.env` nothing expands it.
  const dataDir = resolve(settings.DATA_DIR.replace(/^~(?=\/|$)/, () => homedir()))
  return {
    role: settings.ROLE,
    port: settings.PORT ?? defaultPorts[settings.ROLE],
    host: settings.HOST,
    dataDir,
    secretsKeyFile: resolve(settings.SECRETS_KEY_FILE ?? join(dataDir, 'secrets.key')),
    databaseUrl: settings.DATABASE_URL,
    storage: checkStorage(settings, dataDir),
    fileLimits: { bytesMax: settings.FILES_MAX_MIB, freeBytesMin: settings.FILES_FREE_MIB },
    fetchAllow: settings.FETCH_ALLOW,
    bus: checkBus(settings),
    publicUrl: settings.PUBLIC_URL,
    consoleUrl: checkConsole(settings),
    allowedOrigins: settings.ALLOWED_ORIGINS,
    trustProxy: settings.TRUST_PROXY === 'yes',
    ...sessions,
    mail: checkMail(settings),
    ...checkOidc(settings),
    closedChat: settings.CLOSED_CHAT,
    rateLimits: settings.RATE_LIMITS === 'on',
    connectionsPerAddress: settings.CONNECTIONS_PER_ADDRESS,
    drain: drainTimes(settings),
    logLevel: settings.LOG_LEVEL,
  }
}

const defaultDrainSeconds = { all: 1, api: 10, live: 10 } as const satisfies Record<Settings['ROLE'], number>
const graceMsMax = 5_000
/** Time to finish running calls, to cut off connections, and to stop the bus, the pool and the database. */
const restMs = 12_000

function drainTimes({ ROLE, DRAIN_SECONDS }: Settings): Drain {
  const windowMs = (DRAIN_SECONDS ?? defaultDrainSeconds[ROLE]) * 1000
  const graceMs = Math.min(graceMsMax, windowMs / 2)
  return { windowMs, graceMs, boundMs: windowMs + 2 * graceMs + restMs }
}

function checkStorage(settings: Settings, dataDir: string): StorageConfig {
  if (settings.STORAGE === 'local') return { folder: join(dataDir, 'files') }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new StartupError('STORAGE=s3://… needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  }
  const { hostname: bucket, pathname, searchParams } = new URL(settings.STORAGE)
  const prefix = pathname.replace(/^\/+|\/+$/g, '')
  const endpoint = searchParams.get('endpoint') ?? ''
  const region = searchParams.get('region') ?? 'us-east-1'
  return { s3: { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey } }
}

function checkBus(settings: Settings): Config['bus'] {
  if (settings.BUS === 'redis') throw new StartupError('BUS=redis does not exist yet: use memory or postgres')
  if (settings.ROLE === 'all') return settings.BUS
  if (!settings.DATABASE_URL) {
    throw new StartupError(`ROLE=${settings.ROLE} shares its database with other processes: set DATABASE_URL`)
  }
  if (settings.BUS === 'memory') {
    throw new StartupError(
      `ROLE=${settings.ROLE} is one of several processes: BUS=memory would not join them, set BUS=postgres`,
    )
  }
  return settings.BUS
}

function checkAuth(settings: Settings): Pick<Config, 'authMode' | 'openTo'> {
  return settings.AUTH_MODE === 'open' ? checkOpen(settings) : checkSecure(settings)
}

function checkOpen(settings: Settings): Pick<Config, 'authMode' | 'openTo'> {
  const openTo = openSignInReach(settings)
  if (openTo !== null && settings.ALLOW_OPEN_AUTH === 'no') {
    throw new StartupError(
      `${openTo} lets other machines in, and AUTH_MODE=open lets anybody sign in as operator: ` +
        'leave it out, or set AUTH_MODE=secure, or ALLOW_OPEN_AUTH=yes if that is what you want',
    )
  }
  return { authMode: 'open', openTo }
}

function checkSecure({ RATE_LIMITS, PUBLIC_URL }: Settings): Pick<Config, 'authMode' | 'openTo'> {
  if (RATE_LIMITS === 'off') throw new StartupError('RATE_LIMITS=off is refused with AUTH_MODE=secure')
  if (!isPrivateAddress(PUBLIC_URL)) {
    throw new StartupError(
      'AUTH_MODE=secure needs the https address under which browsers reach the server: set PUBLIC_URL, ' +
        'such as https://chat.example.com',
    )
  }
  return { authMode: 'secure', openTo: null }
}

/** Cookies know no port: two addresses with one host name would share the sessions that they are to keep apart. */
function checkConsole({ AUTH_MODE, PUBLIC_URL, CONSOLE_URL }: Settings): string | undefined {
  if (CONSOLE_URL === undefined) return undefined
  if (AUTH_MODE === 'open' || PUBLIC_URL === undefined)
    throw new StartupError('CONSOLE_URL needs AUTH_MODE=secure: with AUTH_MODE=open anybody signs in as operator')
  const [pages, operators] = [new URL(PUBLIC_URL), new URL(CONSOLE_URL)]
  const isApart = pages.protocol === operators.protocol && pages.hostname !== operators.hostname
  if (!isApart || !isPrivateAddress(CONSOLE_URL)) {
    throw new StartupError(
      `CONSOLE_URL needs another host name than PUBLIC_URL, and ${pages.protocol} too: ` +
        'set one such as https://console.example.com',
    )
  }
  return CONSOLE_URL
}

function checkMail({ SMTP_URL: url, MAIL_FROM: from }: Settings): Config['mail'] {
  if (url !== undefined && from !== undefined) return { url, from }
  if (url === undefined && from === undefined) return null
  throw new StartupError('SMTP_URL and MAIL_FROM belong together: set both, or none')
}

/** All or none: with a half of them nobody would get in, or everybody whom the provider knows. */
function checkOidc(settings: Settings): Pick<Config, 'oidc' | 'passwordsOff'> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ALLOWED = [], OIDC_NAME, PASSWORDS } = settings
  const given = { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ALLOWED: OIDC_ALLOWED.join() }
  const passwordsOff = PASSWORDS === 'off'
  const missing = Object.entries(given).flatMap(([name, value]) => (value ? [] : [name]))
  if (missing.length === Object.keys(given).length && OIDC_NAME === undefined) {
    if (passwordsOff) throw new StartupError('PASSWORDS=off needs another way to sign in: set OIDC_ISSUER')
    return { oidc: null, passwordsOff }
  }
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET || missing.length > 0)
    throw new StartupError(`signing in by OpenID Connect needs more settings: set ${missing.join(', ')}`)
  if (settings.AUTH_MODE === 'open')
    throw new StartupError('OIDC_ISSUER needs AUTH_MODE=secure: with AUTH_MODE=open anybody signs in as anybody')
  const name = OIDC_NAME ?? new URL(OIDC_ISSUER).host
  const oidc = { issuer: OIDC_ISSUER, clientId: OIDC_CLIENT_ID, clientSecret: OIDC_CLIENT_SECRET }
  return { oidc: { ...oidc, allowed: OIDC_ALLOWED, name }, passwordsOff }
}

/** The password of `docker-compose.yml` is for trying it out on one machine. */
function checkPassword({ PUBLISH_ADDRESS, DATABASE_URL }: Settings): void {
  if (PUBLISH_ADDRESS === undefined || isLoopback(PUBLISH_ADDRESS) || DATABASE_URL === undefined) return
  if (URL.parse(DATABASE_URL)?.password !== 'deskbell') return
  throw new StartupError(
    `PUBLISH_ADDRESS=${PUBLISH_ADDRESS} lets other machines in, and everybody knows the password of the database: ` +
      'leave it out, or set POSTGRES_PASSWORD',
  )
}

/** Leaves out the values of secrets, and of `*_URL` settings and issuers, because a URL may contain a password. */
function describe(issue: z.core.$ZodIssue, env: Record<string, string | undefined>): string {
  const name = String(issue.path[0])
  const shown = /_(?:URL|SECRET|ISSUER)$/.test(name) ? '' : `, not "${env[name] ?? ''}"`
  return `${name} ${issue.message}${shown}`
}

/**
 * Returns no settings when the file does not exist. Throws `StartupError` when it exists and cannot be read, because
 * the server must not start without the settings in it.
 */
export function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    // The decoder removes a byte order mark. Editors on Windows write one, and it would become part of the first name.
    return parseEnv(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)))
  } catch (error) {
    if (error instanceof TypeError) throw new StartupError(`${path} must be a text file in UTF-8`)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A directory of that name has another purpose, such as a Python environment.
    if (code === 'ENOENT' || code === 'EISDIR') return {}
    throw new StartupError(`${path} cannot be read (${String(code)})`)
  }
}
