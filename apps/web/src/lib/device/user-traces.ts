/**
 * The data of one user on this device: drafts, texts, what the pages remember, and waiting messages. It does not
 * include data of the other role's session, and settings of the device.
 */

/**
 * Matches `deskbell.{what}.{user}…` and `deskbell.{what}.{role}.{user}…`. The role of an id is not personal data, and
 * stays.
 */
function isTraceOf(key: string, userId: number): boolean {
  const [, kind, owner] = /^deskbell\.([a-z]+)\.(?:(?:client|operator)\.)?(\d+)(?:\.|$)/.exec(key) ?? []
  return (owner === String(userId) && kind !== 'role') || key.startsWith(`${waitingPrefix}${accountOf(userId)} `)
}

/** The SDK's outbox: messages on their way into the database, and the database itself. */
const waitingPrefix = 'deskbell.outbox '
const databaseName = 'deskbell-outbox'
const storeName = 'messages'

function accountOf(userId: number): string {
  return `${location.origin} ${userId}`
}

/** Each key holds one waiting message, or a list of them. */
const waitingKinds = [waitingPrefix, 'deskbell.opening.', 'deskbell.unplaced.']

/** Returns how many messages of this user wait on this device, in all chats. */
export async function countUnsent(userId: number): Promise<number> {
  const ids = new Set<string>()
  for (const key of ownKeys(localStorage, userId)) {
    if (!waitingKinds.some((kind) => key.startsWith(kind))) continue
    for (const id of readIds(localStorage.getItem(key), key)) ids.add(id)
  }
  await withWaiting('readonly', userId, (row) => void ids.add(String(row.value.clientMsgId)))
  return ids.size
}

/** Removes all of it. Call it when the session has ended, so that nothing is written or sent any more. */
export async function forgetTraces(userId: number): Promise<void> {
  for (const storage of [localStorage, sessionStorage])
    for (const key of ownKeys(storage, userId)) storage.removeItem(key)
  await withWaiting('readwrite', userId, (row) => void row.delete())
}

function ownKeys(storage: Storage, userId: number): string[] {
  return Object.keys(storage).filter((key) => isTraceOf(key, userId))
}

/** A text that cannot be read counts as one message, by its key. */
function readIds(text: string | null, key: string): string[] {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return [value].flat().map((message) => String(Object(message).clientMsgId ?? key))
  } catch {
    return [key]
  }
}

type Visit = (row: IDBCursorWithValue) => void

/** Visits the waiting messages in the database. Does not create a database. */
async function withWaiting(mode: IDBTransactionMode, userId: number, visit: Visit): Promise<void> {
  const database = await openExisting()
  if (database === null) return
  try {
    const transaction = database.transaction(storeName, mode)
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    const request = transaction.objectStore(storeName).index('account').openCursor(accountOf(userId))
    request.onsuccess = () => {
      const row = request.result
      if (row === null) return
      visit(row)
      row.continue()
    }
    await done
  } finally {
    database.close()
  }
}

function openExisting(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = indexedDB.open(databaseName)
    request.onupgradeneeded = () => request.transaction?.abort()
    request.onerror = () => resolve(null)
    request.onsuccess = () => {
      const { result } = request
      if (result.objectStoreNames.contains(storeName)) return resolve(result)
      result.close()
      resolve(null)
    }
  })
}
