import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { expect, test } from 'vitest'

test('[RUN-10] a start with ALLOW_OPEN_AUTH=yes where others reach the server logs a warning that names the setting', async () => {
  await using fresh = await freshDatabase()
  const settings = { ALLOW_OPEN_AUTH: 'yes', PUBLIC_URL: 'http://chat.lan', PORT: '0' }
  const server = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url))], {
    env: { ...process.env, ...settings, DATABASE_URL: fresh.connectionString },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  try {
    let output = ''
    server.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await expect.poll(() => output, { timeout: 30_000 }).toContain('Deskbell is ready')
    await expect
      .poll(() => output.split('\n').find((line) => line.includes('"level":40')))
      .toContain('PUBLIC_URL=http://chat.lan lets other machines in')
  } finally {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
})
