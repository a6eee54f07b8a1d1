import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { expect, test } from 'vitest'
import { z } from 'zod'

/** Its hook runs after those of the server, so it counts the lookups that they leave to Node. Reports on a message. */
const witness = `data:text/javascript,${encodeURIComponent(`
  import { createRequire, registerHooks } from 'node:module'
  let lookups = 0
  registerHooks({
    resolve(specifier, context, next) {
      const inside = context.parentURL?.includes('/node_modules/drizzle-orm/')
      if (inside || specifier.startsWith('drizzle-orm')) lookups += 1
      return next(specifier, context)
    },
  })
  const { cache } = createRequire('file:///')
  process.on('message', () => process.send({
    lookups,
    compilers: Object.keys(cache).filter((path) => /node_modules.(ajv|@fastify.(ajv|fast-json-stringify)-compiler)/.test(path)),
  }))
`)}`

const loadedSchema = z.object({ lookups: z.number(), compilers: z.array(z.string()) })

test("[RUN-16] a start resolves drizzle's files without Node, and loads no JSON schema compilers", async () => {
  await using fresh = await freshDatabase()
  const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url))
  const server = spawn(process.execPath, ['--import', witness, mainFile], {
    env: { ...process.env, DATABASE_URL: fresh.connectionString, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  try {
    let output = ''
    server.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await expect.poll(() => output, { timeout: 30_000 }).toContain('Deskbell is ready')
    server.send('what is loaded?')
    const [answer] = await once(server, 'message')
    const loaded = loadedSchema.parse(answer)
    // The entry points, and what drizzle imports from other packages. Its own files are more than a hundred.
    expect(loaded.lookups).toBeLessThan(20)
    expect(loaded.compilers).toEqual([])
  } finally {
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
})
