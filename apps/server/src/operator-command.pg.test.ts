import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { accept } from '@deskbell/core/auth/accounts/invitations'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { expect, test } from 'vitest'

const url = 'http://localhost:8999'

type Ended = { code: number; stdout: string; stderr: string }

async function command(
  connectionString: string,
  args: string[],
  settings: Record<string, string> = {},
): Promise<Ended> {
  const file = fileURLToPath(new URL('operator-command.ts', import.meta.url))
  const env = { ...process.env, AUTH_MODE: 'secure', PUBLIC_URL: url, DATABASE_URL: connectionString, ...settings }
  const running = promisify(execFile)(process.execPath, [file, ...args], { env })
  return await running.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  )
}

test('[ACC-19] the command prints a link that lets an address in as an admin', async () => {
  await using fresh = await freshCore({ authMode: 'secure' })
  const { code, stdout } = await command(fresh.connectionString, ['add', 'Ada@EXAMPLE.test'])
  expect(code).toBe(0)
  const token = /^http:\/\/localhost:8999\/invitation#(dbl_[\w-]{43})$/m.exec(stdout)?.[1] ?? ''
  const { user } = await accept(
    fresh.core,
    { token, name: 'Ada', password: 'violet otter kayak 71' },
    { address: '203.0.113.7' },
  )
  expect(user).toMatchObject({ email: 'ada@example.test', access: 'admin' })
})

test('[ACC-19] the command says in a line what is wrong, and changes nothing', async () => {
  await using fresh = await freshCore({ authMode: 'secure' })
  const { connectionString } = fresh
  for (const args of [[], ['add', 'nonsense'], ['add', 'a@b.test', '--access', 'root']]) {
    const { code, stdout, stderr } = await command(connectionString, args)
    expect([code, stdout], args.join(' ')).toEqual([1, ''])
    expect(stderr).toMatch(/^Usage: .*\n$/)
  }
  const open = await command(connectionString, ['add', 'a@b.test'], { AUTH_MODE: 'open', PUBLIC_URL: '' })
  expect(open).toMatchObject({ code: 1, stderr: expect.stringMatching(/^With AUTH_MODE=open/) })
  expect((await fresh.db.pool.query('select 1 from links union all select 1 from audit')).rowCount).toBe(0)
})
