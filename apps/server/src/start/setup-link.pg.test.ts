import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { freePort } from '@deskbell/testkit/free-port'
import { expect, test } from 'vitest'

type Started = AsyncDisposable & { readonly url: string; lines(): string[] }

async function startSecure(connectionString: string): Promise<Started> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const settings = { AUTH_MODE: 'secure', PUBLIC_URL: url, PORT: String(port), LOG_LEVEL: 'debug' }
  const server = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url))], {
    env: { ...process.env, ...settings, DATABASE_URL: connectionString },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  await expect.poll(() => output, { timeout: 30_000 }).toContain('Deskbell is ready')
  return {
    url,
    lines: () => output.split('\n'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
  }
}

function setUp(url: string, token: string): Promise<Response> {
  const admin = { email: 'grace@example.test', name: 'Grace', password: 'violet otter kayak 71' }
  return fetch(`${url}/api/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...admin }),
  })
}

test('[ACC-1] each start prints a link of its own, outside of the log, until it was used', async () => {
  await using fresh = await freshDatabase()
  const tokens: string[] = []
  for (let start = 0; start < 2; start += 1) {
    await using server = await startSecure(fresh.connectionString)
    const link = server.lines().find((line) => line.includes('/setup#')) ?? ''
    const token = link.slice(`${server.url}/setup#`.length)
    expect(link).toBe(`${server.url}/setup#${token}`)
    expect(token).toMatch(/^dbl_[\w-]{43}$/)
    tokens.push(token)
    if (start === 0) continue
    expect((await setUp(server.url, token)).status).toBe(201)
    expect((await setUp(server.url, token)).status).toBe(404)
    // Whatever was logged meanwhile.
    expect(server.lines().filter((line) => tokens.some((each) => line.includes(each)))).toEqual([link])
  }
  expect(new Set(tokens).size).toBe(2)
  await using server = await startSecure(fresh.connectionString)
  expect(server.lines().filter((line) => line.includes('/setup'))).toEqual([])
})
