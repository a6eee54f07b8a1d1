import { nameSchema } from '@deskbell/contract/text'
import { AllowedAddresses } from '@deskbell/core/oidc/allowed-addresses'
import { ReachableAddresses } from '@deskbell/core/outgoing/reachable-addresses'
import { z } from 'zod'
import { isPrivateAddress } from './addresses.ts'

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
/** Providers make secrets of 24 characters and more. */
const oidcSecretCharsMin = 16
const origin = url('http:', 'https:')
  .refine(isBareOrigin, { error: 'must be an address without a path, such as https://chat.example.com' })
  .transform((text) => new URL(text).origin)

/** Deskbell serves only the root of its origin. A path would be ignored, so the setting must not have one. */
function isBareOrigin(text: string): boolean {
  const parsed = URL.parse(text)
  // `url` already reports text that is not a URL.
  return parsed === null || parsed.href === `${parsed.origin}/`
}

const mebibyte = 1024 * 1024
const mebibytes = z
  .string()
  .regex(/^\d{1,9}$/, { error: 'must be a number of MiB' })
  .transform((text) => Number(text) * mebibyte)

/** `s3://bucket/folder?endpoint=…&region=…`; the folder and the region may be missing. */
function isS3(text: string): boolean {
  const parsed = URL.parse(text)
  if (parsed?.protocol !== 's3:' || !/^[a-z0-9][a-z0-9.-]{1,62}$/.test(parsed.hostname)) return false
  const endpoint = URL.parse(parsed.searchParams.get('endpoint') ?? '')
  const names = [...parsed.searchParams.keys()]
  const isKnown = names.every((name) => name === 'endpoint' || name === 'region')
  return isKnown && (endpoint?.protocol === 'https:' || endpoint?.protocol === 'http:')
}

/** As `isLoopback` has it; a setting that must be https may be http there. */
const issuer = url('https:', 'http:').refine(
  (text) => {
    const parsed = URL.parse(text)
    if (parsed === null) return true
    const isPlain = parsed.username === '' && parsed.password === '' && parsed.search === '' && parsed.hash === ''
    return isPlain && isPrivateAddress(text)
  },
  { error: 'must be an https address without a user, a query and a fragment' },
)
function isListOfNetworks(networks: string[]): boolean {
  try {
    new ReachableAddresses(networks)
    return true
  } catch {
    return false
  }
}

const allowedAddresses = list.refine(isListOfAddresses, {
  error: 'must be a list of addresses, such as ann@example.com, and domains, such as @example.com',
})

function isListOfAddresses(entries: string[]): boolean {
  try {
    new AllowedAddresses(entries)
    return true
  } catch {
    return false
  }
}

/**
 * Every setting: its form, its default, one sentence and one example. `.env.example` is generated from this list. Code
 * gets settings only from `config.ts`, which parses them with this schema.
 */
export const settingsSchema = z.object({
  ROLE: oneOf('all', 'api', 'live').default('all').meta({
    description: 'What this process does: everything, REST and pages (api), or the socket (live).',
    example: 'all',
  }),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'must be a number from 0 to 65535' })
    .transform(Number)
    .refine((port) => port <= 65_535, { error: 'must be a number from 0 to 65535' })
    .optional()
    .meta({
      description: 'Where it listens: 8080 by default, 9000 with ROLE=api, 0 for any free port.',
      example: '8080',
    }),
  HOST: z.string().min(1).default('127.0.0.1').meta({
    description: 'The address it listens on; 0.0.0.0 is every address of the machine.',
    example: '127.0.0.1',
  }),
  DATA_DIR: z
    .string()
    .regex(/^(?!~[^/])/, { error: 'must be a folder; ~ stands for your own home folder only' })
    // Nothing expands variables in `.env`, and a folder of that name would be made in the checkout.
    .regex(/^(?!\$|%\w+%)/, { error: 'must be a folder, without variables' })
    .default('.deskbell')
    .meta({
      description: 'The folder of the embedded database and of files; ~ is the home folder.',
      example: '.deskbell',
    }),
  SECRETS_KEY_FILE: z
    .string()
    .optional()
    .meta({
      description:
        'The file with the key that encrypts stored secrets, secrets.key in DATA_DIR by default. It is made if missing. ' +
        'All processes on one database need the same one.',
      example: '/run/secrets/deskbell.key',
    }),
  STORAGE: z
    .string()
    .refine((text) => text === 'local' || isS3(text), {
      error: 'must be local, or s3://bucket/folder?endpoint=https://s3.example.com&region=eu-central-1',
    })
    .default('local')
    .meta({
      description:
        'Where the files of messages are stored: in the folder files of DATA_DIR, which all processes on one database ' +
        'must share, or at a service that speaks S3.',
      example: 's3://deskbell/files?endpoint=https://s3.example.com&region=eu-central-1',
    }),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional().meta({
    description: 'The key with which STORAGE=s3://… is opened.',
    example: 'deskbell',
  }),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional().meta({
    description: 'The secret of that key.',
    example: 'a long secret',
  }),
  FILES_MAX_MIB: mebibytes.default(20 * 1024 * mebibyte).meta({
    description: 'What all files together may take. Beyond it nobody can send more.',
    example: '20480',
  }),
  FILES_FREE_MIB: mebibytes.default(1024 * mebibyte).meta({
    description: 'What stays free on the disk of DATA_DIR: files are refused before that.',
    example: '1024',
  }),
  FETCH_ALLOW: list
    .refine(isListOfNetworks, { error: 'must be a list of networks, such as 10.1.2.0/24' })
    .default([])
    .meta({
      description:
        'Networks of your own from which pictures of clients may be fetched, over http and on any port too, separated by ' +
        'commas. From the internet it is https on port 443 only.',
      example: '10.1.2.0/24',
    }),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, { error: 'must be a URL that starts with postgres:// or postgresql://' })
    .optional()
    .meta({
      description: 'An outside PostgreSQL, 15 or newer, in place of the embedded one.',
      example: 'postgresql://deskbell:secret@localhost:5433/deskbell',
    }),
  BUS: oneOf('memory', 'postgres', 'redis').default('memory').meta({
    description: 'How processes on one database tell each other of changes; memory is for a single process only.',
    example: 'memory',
  }),
  REDIS_URL: url('redis:', 'rediss:').optional().meta({
    description: 'Reserved for BUS=redis, which does not exist yet.',
    example: 'redis://localhost:6379',
  }),
  PUBLIC_URL: origin.optional().meta({
    description: 'The address under which browsers reach it, without a path, when that is not HOST and PORT.',
    example: 'https://chat.example.com',
  }),
  CONSOLE_URL: origin.optional().meta({
    description:
      'The address of the operators’ pages, to keep them apart from those of clients: another host name that leads to the ' +
      'same server. Needs AUTH_MODE=secure.',
    example: 'https://console.example.com',
  }),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)).default([]).meta({
    description: 'Further origins whose pages may use a session cookie, separated by commas.',
    example: 'https://app.example.com,https://www.example.com',
  }),
  TRUST_PROXY: oneOf('yes', 'no').default('no').meta({
    description:
      'yes believes the X-Forwarded-For and X-Forwarded-Proto of a proxy on this machine or a private network.',
    example: 'no',
  }),
  AUTH_MODE: oneOf('open', 'secure').default('open').meta({
    description: 'open lets anybody sign in as client or operator with an email and a name; secure asks for proof.',
    example: 'secure',
  }),
  ALLOW_OPEN_AUTH: oneOf('yes', 'no').default('no').meta({
    description: 'yes lets AUTH_MODE=open start where other machines may reach it: by HOST, PUBLIC_URL or a proxy.',
    example: 'no',
  }),
  PUBLISH_ADDRESS: z.string().optional().meta({
    description:
      'The address on which a container engine publishes the ports; it counts in place of HOST and TRUST_PROXY for AUTH_MODE=open.',
    example: '127.0.0.1',
  }),
  SMTP_URL: url('smtp:', 'smtps:')
    .optional()
    .meta({
      description:
        'Where mails are handed over, with user and password: invitations and new passwords. Needs MAIL_FROM. ' +
        'smtp:// asks for encryption too, except on this machine.',
      example: 'smtps://deskbell:secret@mail.example.com',
    }),
  MAIL_FROM: z.email().optional().meta({
    description: 'The address from which mails are sent.',
    example: 'support@example.com',
  }),
  OIDC_ISSUER: issuer.optional().meta({
    description: 'The identity provider (OpenID Connect) at which operators sign in, with AUTH_MODE=secure.',
    example: 'https://id.example.com',
  }),
  OIDC_CLIENT_ID: z.string().optional().meta({
    description: 'What the identity provider calls this server.',
    example: 'deskbell',
  }),
  OIDC_CLIENT_SECRET: z
    .string()
    .min(oidcSecretCharsMin, { error: `must have at least ${oidcSecretCharsMin} characters` })
    .optional()
    .meta({
      description: `The secret that the identity provider gave for it: at least ${oidcSecretCharsMin} characters.`,
      example: 'the-secret-of-the-provider',
    }),
  OIDC_ALLOWED: allowedAddresses.optional().meta({
    description: 'Who may sign in there: addresses, and whole domains as @example.com, separated by commas.',
    example: '@example.com,ann@example.org',
  }),
  OIDC_NAME: nameSchema.optional().meta({
    description: 'What the button of the sign-in page calls the identity provider; its host by default.',
    example: 'Example SSO',
  }),
  PASSWORDS: oneOf('on', 'off').default('on').meta({
    description: 'off lets operators sign in at the identity provider only. An admin must have signed in there before.',
    example: 'on',
  }),
  CLOSED_CHAT: oneOf('say', 'reopen', 'new').default('say').meta({
    description: 'What pages do when a client writes into a closed chat: say so, reopen it, or begin a new one.',
    example: 'say',
  }),
  RATE_LIMITS: oneOf('on', 'off').default('on').meta({
    description: 'off is for load runs, and refused with AUTH_MODE=secure.',
    example: 'on',
  }),
  CONNECTIONS_PER_ADDRESS: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, { error: 'must be a whole number from 1 to 9999999' })
    .transform(Number)
    .optional()
    .meta({
      description:
        'Connections that one address may have open, sockets included: 2000 by default, as in nginx.conf. ' +
        'Behind a trusted proxy its sockets and requests in progress count.',
      example: '2000',
    }),
  DRAIN_SECONDS: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'must be a whole number of seconds' })
    .transform(Number)
    .refine((seconds) => seconds <= 300, { error: 'must be at most 300' })
    .optional()
    .meta({
      description:
        'The time over which a stopping server asks its sockets to move, one after the other: 1 by default, ' +
        '10 with ROLE=api and ROLE=live, where another process takes over.',
      example: '10',
    }),
  LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error').default('info').meta({
    description: 'The least important lines that are logged.',
    example: 'info',
  }),
})

export type Settings = z.infer<typeof settingsSchema>
