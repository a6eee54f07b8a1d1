import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attachment } from '@deskbell/contract/attachments'
import { listMessagesOutputSchema } from '@deskbell/contract/messages'
import { loginOutputSchema } from '@deskbell/contract/users'
import { decodedSize } from '@deskbell/files/testing/sample-images'
import { type FileMessage, fileMessages } from '@deskbell/testkit/history/checks/check-files'
import type { HistoryLine, ServedFile } from '@deskbell/testkit/history/history-line'
import { readFileRows } from '@deskbell/testkit/history/read-run'
import type { FileStoreRecord, RunRecord } from '@deskbell/testkit/history/run-record'
import { inParallel } from '../bench/in-parallel.ts'
import { now } from '../clock.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { ageStore, plantOrphans, storedKeys } from './file-store.ts'
import type { RoundPlan } from './round.ts'
import type { World } from './world.ts'

/** Bytes of retracted files go right after the answer. */
const removalMs = 3_000
const requestMs = 5_000
const atOnce = 4

export type FileAudit = { lines: HistoryLine[]; files: FileStoreRecord }

/**
 * Looks at all files of a round when nothing changes any more: what is stored, what a sweep of one of the servers leaves,
 * and what every server serves then.
 */
export async function auditFiles(
  world: World,
  plan: RoundPlan,
  run: Pick<RunRecord, 'index' | 'chats'>,
): Promise<FileAudit> {
  const messages = fileMessages(run)
  const atRest = await keysAtRest(world, plan, messages)
  await sweep(world, plan)
  const files = { atRest, swept: await storedKeys(world.dataDir), rows: await readFileRows(world.stage.admin) }
  const lines = await Promise.all(world.stage.servers.map((server) => auditServer(server, messages)))
  return { lines: lines.flat(), files }
}

/** Where no server was killed, the bytes of retracted messages are waited for. */
async function keysAtRest(
  { dataDir }: World,
  { kind }: RoundPlan,
  messages: readonly FileMessage[],
): Promise<string[]> {
  const retracted = new Set(
    messages.filter(({ isRetracted }) => isRetracted).flatMap(({ files }) => files.map(({ id }) => id)),
  )
  const deadline = now() + removalMs
  for (;;) {
    const keys = await storedKeys(dataDir)
    const isGone = !keys.some((key) => retracted.has(key.split('/')[1] ?? ''))
    if (isGone || kind === 'faults' || now() > deadline) return keys
    await delay(50)
  }
}

/** As hours later: uploads that no message has are expired, and all bytes are old enough to be taken, also orphans. */
async function sweep({ stage, dataDir }: World, { nr }: RoundPlan): Promise<void> {
  await stage.admin.pool.query("update files set expires_at = now() - interval '1 hour' where message_seq is null")
  await plantOrphans(dataDir)
  await ageStore(dataDir)
  await stage.servers[nr % stage.servers.length]?.sweepFiles()
}

async function auditServer(server: ServerProcess, messages: readonly FileMessage[]): Promise<HistoryLine[]> {
  const call = await signIn(server)
  const stored = messages.filter(({ entry }) => entry !== undefined)
  const found = await inParallel(stored, atOnce, async (message): Promise<HistoryLine[]> => {
    const { chatId, id } = message
    const who = server.name
    const attachments = await attachmentsOf(call, message)
    if (attachments === null) return []
    const files: ServedFile[] = []
    for (const attachment of attachments) files.push(await servedFile(call, attachment))
    const served: HistoryLine = { at: now(), who, t: 'served', chatId, id, files }
    if (!message.isRetracted) return [served]
    const paths = message.files.flatMap((file) => [`/files/${file.id}`, `/files/${file.id}/thumbnail`])
    const statuses: number[] = []
    for (const path of paths) statuses.push((await call(path)).status)
    return [served, { at: now(), who, t: 'gone', chatId, id, statuses }]
  })
  return found.flat()
}

type Answer = { status: number; bytes: Uint8Array }
type Call = (path: string) => Promise<Answer>

/** An operator of its own, who sees all chats and changes nothing. Without an answer the status is 0. */
async function signIn({ url }: ServerProcess): Promise<Call> {
  const login = await fetch(`${url}/api/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'auditor@example.test', name: 'auditor', role: 'operator' }),
  })
  const { token } = loginOutputSchema.parse(await login.json())
  return async (path) => {
    try {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(requestMs) })
      return { status: response.status, bytes: await response.bytes() }
    } catch {
      return { status: 0, bytes: new Uint8Array() }
    }
  }
}

/** As this server has them; null where it does not have the message. */
async function attachmentsOf(call: Call, { chatId, entry }: FileMessage): Promise<Attachment[] | null> {
  const afterId = (entry?.id ?? 0) - 1
  const { status, bytes } = await call(`/api/chats/${chatId}/messages?afterId=${afterId}&limit=1`)
  if (status !== 200) return null
  const { items } = listMessagesOutputSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  return items.find(({ id }) => id === entry?.id)?.attachments ?? null
}

async function servedFile(
  call: Call,
  { id, url, bytes, width, height, thumbnailUrl }: Attachment,
): Promise<ServedFile> {
  const { status, bytes: served } = await call(url)
  const size = width === null || height === null ? null : { width, height }
  return {
    id,
    announced: { bytes, size },
    status,
    bytes: served.length,
    sha256: createHash('sha256').update(served).digest('hex'),
    decoded: size === null ? null : await decodedSize(served),
    thumbnail: thumbnailUrl === null ? null : await servedThumbnail(call, thumbnailUrl),
  }
}

async function servedThumbnail(call: Call, path: string): Promise<NonNullable<ServedFile['thumbnail']>> {
  const { status, bytes } = await call(path)
  return { status, decoded: status === 200 ? await decodedSize(bytes) : null }
}
