import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig, readEnvFile } from './config.ts'
import { envExample } from './env-example.ts'
import { settingsSchema } from './settings.ts'
import { refusal } from './testing/refusal.ts'

const noPath = (name: string) => `${name} must be an address without a path, such as https://chat.example.com`

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

test('[ACC-31] FETCH_ALLOW is a list of networks, and empty by default', () => {
  expect(parseConfig({}).fetchAllow).toEqual([])
  expect(parseConfig({ FETCH_ALLOW: '10.1.2.0/24, fd00:1::/64' }).fetchAllow).toEqual(['10.1.2.0/24', 'fd00:1::/64'])
  for (const FETCH_ALLOW of ['10.1.2.3', 'intranet', '10.1.2.0/33', '*'])
    expect(refusal({ FETCH_ALLOW })).toBe(
      `FETCH_ALLOW must be a list of networks, such as 10.1.2.0/24, not "${FETCH_ALLOW}"`,
    )
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
  [{ DATA_DIR: '$HOME/x' }, 'DATA_DIR must be a folder, without variables, not "$HOME/x"'],
  [{ DATA_DIR: '%APPDATA%/x' }, 'DATA_DIR must be a folder, without variables, not "%APPDATA%/x"'],
  [{ DATA_DIR: '~somebody/x' }, 'DATA_DIR must be a folder; ~ stands for your own home folder only, not "~somebody/x"'],
] as const)('[RUN-3] [RUN-17] a wrong setting is refused with one clear line: %o', ([env, line]) => {
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

test.for([
  ['~', homedir()],
  ['~/deskbell', join(homedir(), 'deskbell')],
  ['a~b', join(process.cwd(), 'a~b')],
  ['/srv/c# $x 50% дом', '/srv/c# $x 50% дом'],
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
