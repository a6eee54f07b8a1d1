import type { Database, DatabaseFactory, DbRequest, DbTransaction } from './browser.ts'

/** Opens a database of the browser. Rejects when it is refused. `create` runs where it does not exist yet. */
export async function openDatabase(
  factory: DatabaseFactory,
  name: string,
  create: (database: Database) => void,
): Promise<Database> {
  const request = factory.open(name, 1)
  request.addEventListener('upgradeneeded', () => create(request.result))
  await ask(request)
  const database = request.result
  // Another page deletes or upgrades the database: it must not wait for this page.
  database.addEventListener('versionchange', () => database.close())
  return database
}

/** Runs one transaction. Resolves when all of it is committed. */
export async function transact<T>(
  transaction: DbTransaction,
  work: (transaction: DbTransaction) => Promise<T>,
): Promise<T> {
  const done = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error))
  })
  const [result] = await Promise.all([work(transaction), done])
  return result
}

/** Resolves with the result of a request. */
export function ask(request: DbRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}
