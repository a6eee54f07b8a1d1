import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLoopback, parseConfig } from './config.ts'
import { envExample } from './env-example.ts'
import { settingsSchema } from './settings.ts'
import { StartupError } from './startup-error.ts'

/** The line that a start with these settings ends with. */
function refusal(env: Record<string, string>): string {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof StartupError) return error.message
    throw error
  }
  throw new Error('These settings were accepted.')
}

test('[RUN-1] without any setting it is one process on loopback with a database of its own', () => {
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

test('[SOCK-10] a process that others take over from asks its sockets to move over ten seconds, a lone one over one', () => {
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

test('[OPS-1] the containers get more time than the longest stop takes', () => {
  const compose = readFileSync(join(import.meta.dirname, '../../../docker-compose.yml'), 'utf8')
  const graceMs = Number(/image: deskbell[\s\S]*?stop_grace_period: (\d+)s/.exec(compose)?.[1]) * 1000
  const { boundMs } = parseConfig({ ROLE: 'live', DATABASE_URL: 'postgresql://db/x', BUS: 'postgres' }).drain
  expect(graceMs).toBeGreaterThan(boundMs)
})

test('an empty setting is one that is not given', () => {
  expect(parseConfig({ PORT: '', DATABASE_URL: '', PUBLIC_URL: '' })).toEqual(parseConfig({}))
})

test('lists are split and origins are brought to their plain form', () => {
  const config = parseConfig({
    ALLOWED_ORIGINS: 'https://A.example/, http://b.example:80',
    PUBLIC_URL: 'https://chat.example/x',
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
] as const)('[RUN-3] a wrong setting is one clear line: %o', ([env, line]) => {
  expect(refusal(env)).toBe(line)
})

test('[RUN-3] several wrong settings are still one line', () => {
  expect(refusal({ PORT: 'x', RATE_LIMITS: 'maybe' })).not.toContain('\n')
})

test('[RUN-3] a process that is one of several needs the shared database and a bus that joins them', () => {
  expect(refusal({ ROLE: 'api' })).toContain('set DATABASE_URL')
  expect(refusal({ ROLE: 'live', DATABASE_URL: 'postgres://db/x' })).toContain('set BUS=postgres')
  const config = parseConfig({ ROLE: 'api', DATABASE_URL: 'postgres://db/x', BUS: 'postgres' })
  expect(config).toMatchObject({ role: 'api', port: 9000, bus: 'postgres' })
})

test('[RUN-10] open sign-in on an address that others can reach is refused unless it is asked for', () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.10', 'chat.example.com']) {
    expect(refusal({ HOST: host })).toContain('ALLOW_OPEN_AUTH=yes')
    expect(parseConfig({ HOST: host, ALLOW_OPEN_AUTH: 'yes' }).host).toBe(host)
    expect(parseConfig({ HOST: host, AUTH_MODE: 'secure' }).host).toBe(host)
  }
})

test.for(['localhost', '127.0.0.1', '127.8.8.8', '::1'])('%s is this machine alone', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.for(['127.0.0.1.example.com', '0.0.0.0', '::', 'localhost.example.com'])('%s is not', (host) => {
  expect(isLoopback(host)).toBe(false)
})

test('[RUN-9] .env.example is what the settings generate, and names them all', () => {
  const text = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
  expect(text).toBe(envExample())
  for (const name of Object.keys(settingsSchema.shape)) expect(text).toContain(`# ${name}=`)
})

test('[RUN-9] every example is a setting that is accepted', () => {
  const examples = [...envExample().matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value])
  expect(examples).toHaveLength(Object.keys(settingsSchema.shape).length)
  expect(() => parseConfig(Object.fromEntries(examples))).not.toThrow()
})
