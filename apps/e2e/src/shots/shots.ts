import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { freePort } from '@deskbell/testkit/free-port'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../browser.ts'
import { setupLinkOf } from '../secure-world.ts'
import { startServer } from '../start-server.ts'
import { featured, otherChats, scripts } from './sample-data.ts'
import { type Seeded, seed, settleSeed } from './seed.ts'
import { seedSecure } from './seed-secure.ts'
import { keepCompany, type Look, looks, type State, states, takeShot } from './states.ts'

/**
 * `pnpm shots [word…]`: takes pictures of every page into `.shots`, from a real server with sample data and a set
 * clock. Words select the pictures whose names contain all of them, such as `console-talking dark`; a comma means or:
 * `phone,tablet`.
 */
const folder = fileURLToPath(new URL('../../../../.shots/', import.meta.url))
const { positionals: words } = parseArgs({ allowPositionals: true })

/** More pages at once would only wait for the processor. */
const atOnce = 3

const wanted = looks.flatMap((look) =>
  states
    .filter((state) => look.states === undefined || look.states.includes(state.name))
    .filter((state) => state.looks === undefined || state.looks.includes(look.name))
    .map((state) => ({ look, state, name: `${state.name}-${look.name}` }))
    .filter(({ name }) => words.every((word) => word.split(',').some((part) => name.includes(part)))),
)
if (words.length === 0) await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })

let taken = 0
const browser = await launchBrowser()
try {
  await inWorld([], (url, seeded) => shootAll(url, seeded, 'empty'))
  await inWorld([...featured, scripts, ...otherChats(190)], (url, seeded) => shootAll(url, seeded, 'busy'))
  if (wanted.some(({ state }) => state.world === 'secure')) await inSecureWorld()
} finally {
  await browser.close()
}
console.log(`${taken} of ${wanted.length} pictures in .shots`)

async function shootAll(url: string, seeded: Seeded, world: State['world']): Promise<void> {
  const company = await keepCompany(browser, { url, seeded })
  const left = wanted.filter(({ state }) => state.world === world)
  const takeNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      await shoot(browser, { url, seeded, ...next })
  }
  await Promise.all(Array.from({ length: atOnce }, takeNext))
  await company.close()
}

type Shot = { url: string; seeded: Seeded; look: Look; state: State; name: string }

async function shoot(from: Browser, { url, seeded, look, state, name }: Shot): Promise<void> {
  const path = `${folder}${name}.png`
  try {
    await takeShot(from, { url, seeded, look, state, path })
    taken += 1
  } catch (error) {
    process.exitCode = 1
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function inWorld(
  chats: Parameters<typeof seed>[1],
  use: (url: string, seeded: Seeded) => Promise<void>,
): Promise<void> {
  await using postgres = await startOwnPostgres()
  await using server = await startServer({ env: { DATABASE_URL: postgres.connectionString } })
  const { seeded, times } = await seed(server.url, chats)
  if (times.length > 0) {
    await server.stop()
    await settleSeed(postgres.connectionString, times)
    await server.restart()
  }
  await use(server.url, seeded)
}

async function inSecureWorld(): Promise<void> {
  await using postgres = await startOwnPostgres()
  const port = await freePort()
  const secure = {
    AUTH_MODE: 'secure',
    PUBLIC_URL: `http://localhost:${port}`,
    PORT: `${port}`,
    RATE_LIMITS: 'on',
    FETCH_ALLOW: '127.0.0.0/8',
  }
  await using server = await startServer({ env: { DATABASE_URL: postgres.connectionString, ...secure } })
  await shootAll(server.url, await seedSecure(server.url, setupLinkOf(server)), 'secure')
}
