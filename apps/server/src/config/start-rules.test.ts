import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWarning } from '../start/start-line.ts'
import { isLoopback } from './addresses.ts'
import { loadConfig, parseConfig } from './config.ts'
import { refusal } from './testing/refusal.ts'

const open = (setting: string) =>
  `${setting} lets other machines in, and AUTH_MODE=open lets anybody sign in as operator: ` +
  'leave it out, or set AUTH_MODE=secure, or ALLOW_OPEN_AUTH=yes if that is what you want'
const noAddress =
  'AUTH_MODE=secure needs the https address under which browsers reach the server: set PUBLIC_URL, such as https://chat.example.com'

const any = 'HOST=0.0.0.0'
const lan = 'PUBLIC_URL=http://chat.lan'
const site = 'PUBLIC_URL=https://chat.example.com'
const proxy = 'TRUST_PROXY=yes'

/**
 * Every combination, with the setting that AUTH_MODE=open is refused for (null: it starts), and whether AUTH_MODE=secure
 * starts.
 */
const cells: [host: string, url: string, proxy: string, openRefusedFor: string | null, secure: 'starts' | 'refused'][] =
  [
    ['127.0.0.1', '', 'no', null, 'refused'],
    ['127.0.0.1', '', 'yes', proxy, 'refused'],
    ['127.0.0.1', 'http://localhost:8080', 'no', null, 'starts'],
    ['127.0.0.1', 'http://localhost:8080', 'yes', proxy, 'starts'],
    ['127.0.0.1', 'http://chat.lan', 'no', lan, 'refused'],
    ['127.0.0.1', 'http://chat.lan', 'yes', lan, 'refused'],
    ['127.0.0.1', 'https://chat.example.com', 'no', site, 'starts'],
    ['127.0.0.1', 'https://chat.example.com', 'yes', site, 'starts'],
    ['0.0.0.0', '', 'no', any, 'refused'],
    ['0.0.0.0', '', 'yes', any, 'refused'],
    ['0.0.0.0', 'http://localhost:8080', 'no', any, 'starts'],
    ['0.0.0.0', 'http://localhost:8080', 'yes', any, 'starts'],
    ['0.0.0.0', 'http://chat.lan', 'no', lan, 'refused'],
    ['0.0.0.0', 'http://chat.lan', 'yes', lan, 'refused'],
    ['0.0.0.0', 'https://chat.example.com', 'no', site, 'starts'],
    ['0.0.0.0', 'https://chat.example.com', 'yes', site, 'starts'],
  ]

describe.for(cells)('HOST=%s PUBLIC_URL=%s TRUST_PROXY=%s', ([HOST, PUBLIC_URL, TRUST_PROXY, refusedFor, secure]) => {
  const env = { HOST, PUBLIC_URL, TRUST_PROXY }

  test.each(['', 'no'])(`[RUN-10] AUTH_MODE=open ALLOW_OPEN_AUTH=%s: ${refusedFor ?? 'starts'}`, (ALLOW_OPEN_AUTH) => {
    for (const AUTH_MODE of ['', 'open']) {
      const given = { ...env, AUTH_MODE, ALLOW_OPEN_AUTH }
      if (refusedFor !== null) expect(refusal(given)).toBe(open(refusedFor))
      else expect(openWarning(parseConfig(given))).toBeNull()
    }
  })

  test(`[RUN-10] AUTH_MODE=open ALLOW_OPEN_AUTH=yes: starts${refusedFor === null ? '' : ' with a warning'}`, () => {
    const config = parseConfig({ ...env, ALLOW_OPEN_AUTH: 'yes' })
    expect(config.authMode).toBe('open')
    const warning = `${refusedFor} lets other machines in: with AUTH_MODE=open anybody there can sign in as operator and read every chat`
    expect(openWarning(config)).toBe(refusedFor === null ? null : warning)
  })

  test.each(['no', 'yes'])(`[RUN-21] AUTH_MODE=secure ALLOW_OPEN_AUTH=%s: ${secure}`, (ALLOW_OPEN_AUTH) => {
    const given = { ...env, AUTH_MODE: 'secure', ALLOW_OPEN_AUTH }
    if (secure === 'refused') expect(refusal(given)).toBe(noAddress)
    else expect(parseConfig(given)).toMatchObject({ authMode: 'secure', openTo: null })
  })
})

test.each(['localhost', '127.0.0.1', '127.8.8.8', '::1'])('[RUN-10] HOST=%s is loopback', (HOST) => {
  expect(parseConfig({ HOST }).openTo).toBeNull()
})

test.each([
  { HOST: '::' },
  { HOST: '192.168.1.10' },
  { HOST: 'chat.example.com' },
  { HOST: '127.0.0.1.example.com' },
  { HOST: 'localhost.example.com' },
  { PUBLIC_URL: 'http://localhost.example.com' },
  { PUBLIC_URL: 'http://10.0.0.7' },
  { PUBLIC_URL: 'http://0.0.0.0' },
])('[RUN-10] %o is not loopback', (env) => {
  expect(refusal(env)).toContain('lets other machines in')
})

test.each(['http://127.0.0.1', 'https://[::1]:9', 'http://127.1'])(
  '[RUN-10] PUBLIC_URL=%s is loopback',
  (PUBLIC_URL) => {
    expect(isLoopback(new URL(PUBLIC_URL).hostname)).toBe(true)
    expect(parseConfig({ PUBLIC_URL }).openTo).toBeNull()
  },
)

const secure = { AUTH_MODE: 'secure', PUBLIC_URL: 'https://chat.example.com' }
const local = { AUTH_MODE: 'secure', PUBLIC_URL: 'http://localhost:8080' }

test.each([
  [{ ...secure, CONSOLE_URL: 'https://console.example.com' }],
  [{ ...local, CONSOLE_URL: 'http://127.0.0.1:8080' }],
  [{ ...local, CONSOLE_URL: 'http://console.localhost:8080' }],
])('[RUN-22] %o keeps the console apart', (env) => {
  expect(parseConfig(env).consoleUrl).toBe(env.CONSOLE_URL)
})

test.each([
  [{ CONSOLE_URL: 'https://console.example.com' }, 'CONSOLE_URL needs AUTH_MODE=secure'],
  [{ ...secure, CONSOLE_URL: 'https://chat.example.com' }, 'CONSOLE_URL needs another host name'],
  [{ ...secure, CONSOLE_URL: 'https://chat.example.com:8443' }, 'CONSOLE_URL needs another host name'],
  [{ ...secure, CONSOLE_URL: 'http://console.example.com' }, 'and https: too'],
  [{ ...secure, CONSOLE_URL: 'http://127.0.0.1' }, 'and https: too'],
  [{ ...local, CONSOLE_URL: 'https://console.example.com' }, 'and http: too'],
  [{ ...local, CONSOLE_URL: 'http://console.example.com' }, 'CONSOLE_URL needs another host name'],
  [{ ...secure, CONSOLE_URL: 'https://console.example.com/desk' }, 'CONSOLE_URL must be an address without a path'],
])('[RUN-22] %o is refused in one line', (env, line) => {
  expect(refusal(env)).toContain(line)
  expect(refusal(env)).not.toContain('\n')
})

test('[RUN-10] PUBLISH_ADDRESS counts in place of HOST and TRUST_PROXY, and PUBLIC_URL still counts', () => {
  const container = { HOST: '0.0.0.0', TRUST_PROXY: 'yes' }
  for (const PUBLISH_ADDRESS of ['127.0.0.1', '[::1]', 'localhost'])
    expect(parseConfig({ ...container, PUBLISH_ADDRESS }).authMode).toBe('open')
  for (const PUBLISH_ADDRESS of ['0.0.0.0', '::', '192.168.1.10'])
    expect(refusal({ ...container, PUBLISH_ADDRESS })).toBe(open(`PUBLISH_ADDRESS=${PUBLISH_ADDRESS}`))
  expect(refusal({ ...container, PUBLISH_ADDRESS: '127.0.0.1', PUBLIC_URL: 'https://chat.example.com' })).toBe(
    open(site),
  )
})

test('[RUN-10] PUBLISH_ADDRESS of a .env, which compose reads too, does not count for a server outside of a container', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-env-'))
  const path = join(folder, '.env')
  writeFileSync(path, 'PUBLISH_ADDRESS=127.0.0.1\nPORT=8123\n')
  expect(() => loadConfig(path, { HOST: '0.0.0.0' })).toThrow(open(any))
  expect(loadConfig(path, { HOST: '0.0.0.0', PUBLISH_ADDRESS: '127.0.0.1' }).port).toBe(8123)
  writeFileSync(path, 'PUBLISH_ADDRESS=0.0.0.0\n')
  expect(loadConfig(path, {}).openTo).toBeNull()
  rmSync(folder, { recursive: true })
})
