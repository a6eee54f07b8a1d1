import pg from 'pg'
import { rememberPlace, wasCopied } from './data-folder/copied-folder.ts'
import type { DataFolder } from './data-folder/data-folder.ts'
import type { PostgresLogger } from './server/postgres-log.ts'
import { socketConnectionString } from './server/socket-folder.ts'

export type ProductDatabase = { connectionString: string; adminConnectionString: string }

/**
 * Makes the product's role and database on a running server if they are missing, and changes the seed if the data
 * folder is a copy. It runs at every start, so a start that was interrupted is completed by the next one.
 */
export async function openProductDatabase(
  folder: DataFolder,
  socketFolder: string,
  log: PostgresLogger,
): Promise<ProductDatabase> {
  const adminConnectionString = socketConnectionString(socketFolder, 'postgres', 'postgres')
  const connectionString = socketConnectionString(socketFolder, 'deskbell', 'deskbell')
  await withClient(adminConnectionString, ensureExistence)
  if (await wasCopied(folder)) {
    const changed = await withClient(connectionString, changeSeed)
    if (changed) log.warn({}, 'the data folder is a copy: every page will load its history anew')
    await rememberPlace(folder)
  }
  return { connectionString, adminConnectionString }
}

async function ensureExistence(client: pg.Client): Promise<void> {
  const role = await client.query(`select 1 from pg_roles where rolname = 'deskbell'`)
  if (role.rowCount === 0) await client.query('create role deskbell login')
  const database = await client.query(`select 1 from pg_database where datname = 'deskbell'`)
  if (database.rowCount === 0) await client.query('create database deskbell owner deskbell')
}

/** Returns false when there is no seed yet. The migrations make it. */
async function changeSeed(client: pg.Client): Promise<boolean> {
  const table = await client.query(`select to_regclass('public.deployment') is not null as found`)
  if (table.rows[0]?.found !== true) return false
  const changed = await client.query('update public.deployment set seed = gen_random_uuid()::text')
  return changed.rowCount === 1
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 })
  // Without a listener a lost connection would end the process. The awaited query fails too.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}
