/**
 * What one user leaves on this device: drafts, texts, what the pages remember, and messages that wait to be sent.
 * The other role's session, and settings of the device, are somebody else's and stay.
 */

/** `deskbell.{what}.{user}…` or `deskbell.{what}.{role}.{user}…`; which role a number has says nothing of a person. */
function isTraceOf(key: string, userId: number): boolean {
  const [, kind, owner] = /^deskbell\.([a-z]+)\.(?:(?:client|operator)\.)?(\d+)(?:\.|$)/.exec(key) ?? []
  return (owner === String(userId) && kind !== 'role') || key.startsWith(`${waitingPrefix}${accountOf(userId)} `)
}

/** The outbox of the SDK: messages on their way into the database, and the database itself. */
const waitingPrefix = 'deskbell.outbox '
const databaseName = 'deskbell-outbox'
const storeName = 'messages'

function accountOf(userId: number): string {
  return `${location.origin} ${userId}`
}

/** How many messages of this user wait on this device to be sent, in all chats. */
export async function countUnsent(userId: number): Promise<number> {
  const ids = new Set<string>()
  for (const key of ownKeys(localStorage, userId)) {
    if (key.startsWith(waitingPrefix)) ids.add(readId(localStorage.getItem(key), key))
    if (key.startsWith('deskbell.opening.') || key.startsWith('deskbell.unplaced.'))
      ids.add(readId(localStorage.getItem(key), key))
  }
  await withWaiting('readonly', userId, (row) => void ids.add(String(row.value.clientMsgId)))
  return ids.size
}

/** Removes all of it. To be called when the session has ended, so that nothing is written or sent any more. */
export async function forgetTraces(userId: number): Promise<void> {
  for (const storage of [localStorage, sessionStorage])
    for (const key of ownKeys(storage, userId)) storage.removeItem(key)
  await withWaiting('readwrite', userId, (row) => void row.delete())
}

function ownKeys(storage: Storage, userId: number): string[] {
  return Object.keys(storage).filter((key) => isTraceOf(key, userId))
}

function readId(text: string | null, otherwise: string): string {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return typeof value === 'object' && value !== null ? String(Reflect.get(value, 'clientMsgId')) : otherwise
  } catch {
    return otherwise
  }
}

type Visit = (row: IDBCursorWithValue) => void

/** Goes through the waiting messages of the database. Where there is none, none is made. */
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
