import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@deskbell/db/embedded/start-postgres'
import { migrate } from '@deskbell/db/migration/migrate'
import type { TestProject } from 'vitest/node'
import { execute } from '../execute.ts'
import { onDatabase, quoted } from './database-url.ts'
import { dropDatabase } from './drop-database.ts'
import './provided-context.ts'

/**
 * Starts one PostgreSQL for the whole run, with data of its own, or uses the server of `DESKBELL_TEST_POSTGRES_URL`
 * (its user must be allowed to create databases). Makes the migrated template database.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer()
  const template = `deskbell_template_${randomBytes(4).toString('hex')}`
  try {
    await execute(server.url, `create database ${quoted(template)}`)
    await migrate(onDatabase(server.url, template))
  } catch (error) {
    await server.close()
    throw error
  }
  project.provide('postgresUrl', server.url)
  project.provide('postgresTemplate', template)
  return async () => {
    await dropDatabase(server.url, template)
    await server.close()
  }
}

type Server = { url: string; close(): Promise<void> }

async function openServer(): Promise<Server> {
  const given = process.env['DESKBELL_TEST_POSTGRES_URL']
  if (given) return { url: given, close: async () => undefined }
  const dataDir = await mkdtemp(join(await dataParent(), 'deskbell-pg-'))
  const removeFolder = () => rm(dataDir, { recursive: true, force: true })
  try {
    const server = await startPostgres({ dataDir, log: testLog, maxConnections: 500 })
    for (const statement of [
      'alter role deskbell createdb',
      // The data of this server is not kept after the run. Tests of durability start a server of their own.
      'alter system set fsync = off',
      'alter system set full_page_writes = off',
      'select pg_reload_conf()',
    ])
      await execute(server.adminConnectionString, statement)
    const close = () => server.stop().then(removeFolder)
    return { url: server.connectionString, close }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/**
 * Memory, where it has room for all databases of a run, else the folder of temporary files. A new database is a copy of
 * some hundred files, which takes a disk several times as long.
 */
async function dataParent(): Promise<string> {
  const inMemory = '/dev/shm'
  const room = await statfs(inMemory).catch(() => null)
  return room !== null && room.bavail * room.bsize >= 4 * 2 ** 30 ? inMemory : tmpdir()
}

/** Prints only errors of the server itself. */
const testLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}
