import type { UserId } from '@deskbell/contract/ids'
import { and, asc, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import { files } from '../../schema/files.ts'
import type { Executor, Tx } from '../../transaction.ts'
import type { FileRow } from './attachments.ts'

/** Any number: locks that Deskbell takes by number in this database. */
const quotaLock = 7_302_114

export type NewUpload = Pick<
  FileRow,
  'id' | 'chatId' | 'userId' | 'name' | 'claimedType' | 'alt' | 'length' | 'createdAt' | 'expiresAt'
>

/** How many bytes the files of a user since a time take, and all files. */
export type UsedBytes = { ofUser: number; all: number }

/** Lets one transaction at a time ask for room and take it, until it ends. */
export async function lockQuotas(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${quotaLock})`)
}

export async function readUsedBytes(tx: Tx, { userId, since }: { userId: UserId; since: Date }): Promise<UsedBytes> {
  const sum = (filter: ReturnType<typeof sql>) =>
    sql<number>`coalesce(sum(${files.length}) filter (where ${filter}), 0)`.mapWith(Number)
  const isOwn = sql`${files.userId} = ${userId} and ${files.createdAt} > ${since}`
  const rows = await tx.select({ ofUser: sum(isOwn), all: sum(sql`true`) }).from(files)
  return rows[0] ?? { ofUser: 0, all: 0 }
}

export async function insertUpload(tx: Tx, upload: NewUpload): Promise<FileRow> {
  const [row] = await tx
    .insert(files)
    .values({ ...upload, state: 'receiving' })
    .returning()
  if (row === undefined) throw new Error('An upload was not stored.')
  return row
}

export async function findFile(executor: Executor, id: string): Promise<FileRow | undefined> {
  const rows = await executor.select().from(files).where(eq(files.id, id))
  return rows[0]
}

/** Appends a part to an upload that ends at `offset`. Returns null, and changes nothing, where it does not. */
export async function addPart(
  executor: Executor,
  { id, offset, name, bytes }: { id: string; offset: number; name: string; bytes: number },
): Promise<FileRow | null> {
  const rows = await executor
    .update(files)
    .set({ received: sql`${files.received} + ${bytes}`, parts: sql`array_append(${files.parts}, ${name})` })
    .where(and(eq(files.id, id), eq(files.state, 'receiving'), eq(files.received, offset)))
    .returning()
  return rows[0] ?? null
}

export type FinishedFile = Pick<
  FileRow,
  'state' | 'mediaType' | 'bytes' | 'sha256' | 'width' | 'height' | 'thumbHash' | 'thumbnailType' | 'thumbnailBytes'
>

/** Sets what is known of a received file, once. Returns the row; undefined where there is none any more. */
export async function finishUpload(
  executor: Executor,
  { id, finished }: { id: string; finished: Partial<FinishedFile> & Pick<FinishedFile, 'state'> },
): Promise<FileRow | undefined> {
  await executor
    .update(files)
    .set({ ...finished, parts: [] })
    .where(and(eq(files.id, id), eq(files.state, 'receiving')))
  return findFile(executor, id)
}

/** Deletes the row of an upload that no message has. Reports whether there was one. */
export async function deleteUpload(
  executor: Executor,
  { id, userId }: { id: string; userId: UserId },
): Promise<boolean> {
  const rows = await executor
    .delete(files)
    .where(and(eq(files.id, id), eq(files.userId, userId), isNull(files.messageSeq)))
    .returning({ id: files.id })
  return rows.length > 0
}

/** Deletes rows of uploads that no message has used in time. Returns their ids, at most `rowsMax`. */
export async function deleteExpiredUploads(
  executor: Executor,
  { now, rowsMax }: { now: Date; rowsMax: number },
): Promise<string[]> {
  const expired = executor
    .select({ id: files.id })
    .from(files)
    .where(and(isNull(files.messageSeq), lt(files.expiresAt, now)))
    .orderBy(asc(files.expiresAt))
    .limit(rowsMax)
    .for('update', { skipLocked: true })
  const rows = await executor.delete(files).where(inArray(files.id, expired)).returning({ id: files.id })
  return rows.map(({ id }) => id)
}

/** Returns those of these ids that have a row, and whether they are still being received. */
export async function findKnownFiles(
  executor: Executor,
  ids: readonly string[],
): Promise<Pick<FileRow, 'id' | 'state'>[]> {
  if (ids.length === 0) return []
  return await executor
    .select({ id: files.id, state: files.state })
    .from(files)
    .where(inArray(files.id, [...ids]))
}

/** Moves what a client has uploaded and not yet sent to the client whom it has become. */
export async function moveUploads(tx: Tx, { fromId, toId }: { fromId: UserId; toId: UserId }): Promise<void> {
  await tx.update(files).set({ userId: toId }).where(eq(files.userId, fromId))
}
