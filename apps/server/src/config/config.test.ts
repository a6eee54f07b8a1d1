import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StartupError } from '../start/startup-error.ts'
import { parseConfig, readEnvFile } from './config.ts'
import { envExample } from './env-example.ts'
import { isLoopback } from './open-sign-in.ts'
import { settingsSchema } from './settings.ts'

const noPath = (name: string) => `${name} must be an address without a path, such as https://chat.example.com`

/** Returns the message with which these settings are refused. */
function refusal(env: Record<string, string>): string {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof StartupError) return error.message
    throw error
  }
  throw new Error('These settings were accepted.')
}

test('[RUN-1] without settings the server is one process on loopback with an embedded database', () => {
  expect(parseConfig({})).toMatchObject({
    role: 'all',
    port: 8080,
    host: '127.0.0.1',
    dataDir: `${process.cwd()}/.deskbell`,
    databaseUrl: undefined,
    bus: 'memory',
    authMode: 'open',
    closedChat: 'say',
    rateLimits: true,
  })
})

test('[SOCK-10] the default drain window is 10 s with ROLE=api and ROLE=live, and 1 s with ROLE=all', () => {
  const shared = { DATABASE_URL: 'postgresql://db/x', BUS: 'postgres' }
  const windowMs = (env: Record<string, string>) => parseConfig(env).drain.windowMs
  expect([windowMs({}), windowMs({ ...shared, ROLE: 'live' }), windowMs({ ...shared, ROLE: 'api' })]).toEqual([
    1_000, 10_000, 10_000,
  ])
  for (const DRAIN_SECONDS of ['0', '4', '60']) {
    const { windowMs, graceMs, boundMs } = parseConfig({ DRAIN_SECONDS }).drain
    expect(windowMs).toBe(Number(DRAIN_SECONDS) * 1000)
    expect(boundMs).toBeGreaterThan(windowMs + 2 * graceMs + 3_000)
  }
})

test('[OPS-1] docker-compose.yml gives a server more time to stop than the longest stop takes', () => {
  const compose = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8')
  const graceMs = Number(/image: deskbell[\s\S]*?stop_grace_period: (\d+)s/.exec(compose)?.[1]) * 1000
  const { boundMs } = parseConfig({ ROLE: 'live', DATABASE_URL: 'postgresql://db/x', BUS: 'postgres' }).drain
  expect(graceMs).toBeGreaterThan(boundMs)
})

test('an empty setting counts as unset', () => {
  expect(parseConfig({ PORT: '', DATABASE_URL: '', PUBLIC_URL: '' })).toEqual(parseConfig({}))
})

test('lists are split at commas, and origins are stored without path and default port', () => {
  const config = parseConfig({
    ALLOWED_ORIGINS: 'https://A.example/, http://b.example:80',
    PUBLIC_URL: 'https://chat.example/',
    AUTH_MODE: 'secure',
  })
  expect(config.allowedOrigins).toEqual(['https://a.example', 'http://b.example'])
  expect(config.publicUrl).toBe('https://chat.example')
})

test.for([
  [{ PORT: 'eighty' }, 'PORT must be a number from 0 to 65535, not "eighty"'],
  [{ PORT: '70000' }, 'PORT must be a number from 0 to 65535, not "70000"'],
  [{ DRAIN_SECONDS: 'soon' }, 'DRAIN_SECONDS must be a whole number of seconds, not "soon"'],
  [{ DRAIN_SECONDS: '999' }, 'DRAIN_SECONDS must be at most 300, not "999"'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of debug, info, warn, error, not "loud"'],
  [{ AUTH_MODE: 'opne' }, 'AUTH_MODE must be one of open, secure, not "opne"'],
  [{ BUS: 'redis' }, 'BUS=redis does not exist yet: use memory or postgres'],
  [
    { DATABASE_URL: 'mysql://user:hunter2@db/x' },
    'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
  ],
  [{ AUTH_MODE: 'secure', RATE_LIMITS: 'off' }, 'RATE_LIMITS=off is refused with AUTH_MODE=secure'],
  [{ PUBLIC_URL: 'http://chat.lan/support/' }, noPath('PUBLIC_URL')],
  [{ PUBLIC_URL: 'http://chat.lan?x' }, noPath('PUBLIC_URL')],
  [{ PUBLIC_URL: 'http://me:hunter2@chat.lan' }, noPath('PUBLIC_URL')],
  [{ PUBLIC_URL: 'http://chat.lan/#x' }, noPath('PUBLIC_URL')],
  [{ PUBLIC_URL: 'chat.lan' }, 'PUBLIC_URL must be a URL that starts with http:// or https://'],
  [{ DATA_DIR: '~somebody/x' }, 'DATA_DIR must be a folder; ~ stands for your own home folder only, not "~somebody/x"'],
] as const)('[RUN-3] a wrong setting is refused with one clear line: %o', ([env, line]) => {
  expect(refusal(env)).toBe(line)
})

test('[RUN-3] several wrong settings are refused with one line', () => {
  expect(refusal({ PORT: 'x', RATE_LIMITS: 'maybe' })).not.toContain('\n')
})

test('[RUN-3] ROLE=api and ROLE=live are refused without DATABASE_URL and BUS=postgres', () => {
  expect(refusal({ ROLE: 'api' })).toContain('set DATABASE_URL')
  expect(refusal({ ROLE: 'live', DATABASE_URL: 'postgres://db/x' })).toContain('set BUS=postgres')
  const config = parseConfig({ ROLE: 'api', DATABASE_URL: 'postgres://db/x', BUS: 'postgres' })
  expect(config).toMatchObject({ role: 'api', port: 9000, bus: 'postgres' })
})

const own = {
  HOST: ['', 'localhost', '127.0.0.1', '127.8.8.8', '::1'],
  PUBLIC_URL: ['', 'http://localhost:8080', 'https://127.0.0.1', 'http://[::1]:9'],
  TRUST_PROXY: ['', 'no'],
} as const
const foreign = {
  HOST: ['0.0.0.0', '::', '192.168.1.10', 'chat.example.com'],
  PUBLIC_URL: ['http://chat.lan', 'https://chat.example.com', 'http://localhost.example.com', 'http://10.0.0.7'],
  TRUST_PROXY: ['yes'],
} as const

describe('[RUN-10] AUTH_MODE=open is refused where other machines reach the server, unless ALLOW_OPEN_AUTH=yes', () => {
  const reaches = (['HOST', 'PUBLIC_URL', 'TRUST_PROXY'] as const).map((name) => [...own[name], ...foreign[name]])
  const [hosts = [], urls = [], proxies = []] = reaches
  const matrix = hosts.flatMap((HOST) =>
    urls.flatMap((PUBLIC_URL) => proxies.map((TRUST_PROXY) => ({ HOST, PUBLIC_URL, TRUST_PROXY }))),
  )
  const isForeign = (env: Record<keyof typeof foreign, string>) =>
    foreign.HOST.some((host) => host === env.HOST) ||
    foreign.PUBLIC_URL.some((url) => url === env.PUBLIC_URL) ||
    env.TRUST_PROXY === 'yes'

  test.for(matrix)('%o', (env) => {
    const open = { ...env, AUTH_MODE: 'open' }
    for (const given of [env, open, { ...open, ALLOW_OPEN_AUTH: 'no' }, { ...env, ALLOW_OPEN_AUTH: '' }]) {
      if (isForeign(env)) expect(refusal(given)).toMatch(/^[A-Z_]+=\S+ lets other machines in, .*ALLOW_OPEN_AUTH=yes/)
      else expect(parseConfig(given).authMode).toBe('open')
    }
    expect(parseConfig({ ...open, ALLOW_OPEN_AUTH: 'yes' }).authMode).toBe('open')
    expect(parseConfig({ ...env, AUTH_MODE: 'secure' }).authMode).toBe('secure')
  })

  test('PUBLISH_ADDRESS counts in place of HOST and TRUST_PROXY, and PUBLIC_URL still counts', () => {
    const container = { HOST: '0.0.0.0', TRUST_PROXY: 'yes' }
    for (const PUBLISH_ADDRESS of ['127.0.0.1', '[::1]', 'localhost'])
      expect(parseConfig({ ...container, PUBLISH_ADDRESS }).authMode).toBe('open')
    for (const PUBLISH_ADDRESS of ['0.0.0.0', '::', '192.168.1.10'])
      expect(refusal({ ...container, PUBLISH_ADDRESS })).toContain(`PUBLISH_ADDRESS=${PUBLISH_ADDRESS} lets other`)
    const PUBLIC_URL = 'https://chat.example.com'
    expect(refusal({ ...container, PUBLISH_ADDRESS: '127.0.0.1', PUBLIC_URL })).toContain(`PUBLIC_URL=${PUBLIC_URL}`)
  })
})

test.for([
  ['~', homedir()],
  ['~/deskbell', join(homedir(), 'deskbell')],
  ['a~b', join(process.cwd(), 'a~b')],
] as const)('[RUN-17] DATA_DIR=%s resolves to %s', ([DATA_DIR, folder]) => {
  expect(parseConfig({ DATA_DIR }).dataDir).toBe(folder)
})

test('[RUN-17] .env may begin with a byte order mark, and another encoding is refused with one clear line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-env-'))
  const path = join(folder, '.env')
  writeFileSync(path, '\uFEFFPORT=8123\r\nHOST=localhost\r\n')
  expect(readEnvFile(path)).toEqual({ PORT: '8123', HOST: 'localhost' })
  writeFileSync(path, '\uFEFFPORT=8123\n', 'utf16le')
  expect(() => readEnvFile(path)).toThrow(`${path} must be a text file in UTF-8`)
  expect(readEnvFile(folder)).toEqual({})
  expect(readEnvFile(join(folder, 'none'))).toEqual({})
  rmSync(folder, { recursive: true })
})

test.for(['localhost', '127.0.0.1', '127.8.8.8', '::1'])('%s is a loopback host', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.for(['127.0.0.1.example.com', '0.0.0.0', '::', 'localhost.example.com'])('%s is not a loopback host', (host) => {
  expect(isLoopback(host)).toBe(false)
})

test('[RUN-9] .env.example equals what the settings generate, and names every setting', () => {
  const text = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8')
  expect(text).toBe(envExample())
  for (const name of Object.keys(settingsSchema.shape)) expect(text).toContain(`# ${name}=`)
})

test('[RUN-9] the example of every setting is accepted', () => {
  const examples = [...envExample().matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value])
  expect(examples).toHaveLength(Object.keys(settingsSchema.shape).length)
  expect(() => parseConfig(Object.fromEntries(examples))).not.toThrow()
})

/** Returns the settings that docker-compose.yml passes to its servers when the shell has these variables. */
function composeEnvironment(shell: Record<string, string>): Record<string, string> {
  const compose = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8')
  const block = /^x-settings:[\s\S]*?(?=^\S(?!-settings))/m.exec(compose)?.[0] ?? ''
  const settings = [...block.matchAll(/^ {2}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = '', text = '']) => {
    const filled = text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, key: string, otherwise: string) => shell[key] || otherwise)
    return [name, filled]
  })
  return { ...Object.fromEntries(settings), ROLE: 'api' }
}

test('[OPS-6] the servers of docker-compose.yml start with AUTH_MODE=open only while published on loopback', () => {
  const loopback = [{}, { PUBLISH_ADDRESS: '' }, { PUBLISH_ADDRESS: '127.0.0.1' }, { PUBLISH_ADDRESS: '[::1]' }]
  for (const shell of loopback) {
    expect(parseConfig(composeEnvironment(shell))).toMatchObject({
      authMode: 'open',
      host: '0.0.0.0',
      trustProxy: true,
    })
  }
  const others = [{ PUBLISH_ADDRESS: '0.0.0.0' }, { PUBLISH_ADDRESS: '192.168.1.2' }, { PUBLIC_URL: 'http://chat.lan' }]
  for (const shell of others) {
    expect(refusal(composeEnvironment(shell))).toContain('lets other machines in')
    expect(parseConfig(composeEnvironment({ ...shell, AUTH_MODE: 'secure' })).authMode).toBe('secure')
  }
})
