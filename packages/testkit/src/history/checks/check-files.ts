import { type Fault, type Findings, join, judgeEach } from '../findings.ts'
import type { PixelSize, SentFile, ServedFile } from '../history-line.ts'
import type { Call } from '../index-history.ts'
import type { FileRow, RunEntry, RunRecord } from '../run-record.ts'
import { sendsOf } from './check-sends.ts'

/** A message that was sent with files. `entry` is undefined where it is not stored. */
export type FileMessage = {
  chatId: number
  id: string
  files: readonly SentFile[]
  isAcknowledged: boolean
  entry: RunEntry | undefined
  isRetracted: boolean
}

/** I23: an acknowledged message has the files with which it was sent, in order. Nobody is refused a good file. */
export function checkSentFiles(run: RunRecord): Findings {
  const stored = judgeEach(fileMessages(run), ({ chatId, id, files, entry, isAcknowledged, isRetracted }) => {
    if (!isAcknowledged || entry === undefined) return undefined
    const expected = isRetracted ? [] : idsOf(files)
    if (isSame(entry.files, expected)) return null
    return { what: `message ${id} has the files ${entry.files} and not ${expected}`, chatId, seq: entry.seq }
  })
  const refused = judgeEach(run.index.calls, ({ action, id, files, outcome, chatId, to: at }) => {
    if (outcome.kind === 'info' || (action !== 'upload' && files === null)) return undefined
    const isRefused = outcome.kind === 'fail' && outcome.code !== 'chat_closed'
    return isRefused ? { what: `${action} ${id} was refused: ${outcome.code}`, chatId, at } : null
  })
  return join(stored, refused)
}

/** I23: every answer to a send and to its repeats names the files, in order, until the message is retracted. */
export function checkFileAnswers(run: RunRecord): Findings {
  const messages = new Map(fileMessages(run).map((message) => [message.id, message]))
  return judgeEach(sendsOf(run), ({ id, chatId, files, outcome, to: at }) => {
    if (files === null || outcome.kind !== 'ok' || outcome.files === undefined) return undefined
    const expected = idsOf(files)
    const mayBeRetracted = messages.get(id)?.isRetracted === true && outcome.files.length === 0
    if (mayBeRetracted || isSame(outcome.files, expected)) return null
    return { what: `the answer to ${id} names the files ${outcome.files} and not ${expected}`, chatId, at }
  })
}

/**
 * I23: every server serves the files of every stored message: the bytes that were sent, or an image of the announced size.
 * Those of an acknowledged message cannot be missing.
 */
export function checkServedFiles(run: RunRecord): Findings {
  const served = new Map(run.index.of('served').map((line) => [`${line.who} ${line.id}`, line]))
  return judgeEach(onEveryServer(run), ([server, { chatId, id, files, entry, isAcknowledged, isRetracted }]) => {
    const line = served.get(`${server} ${id}`)
    if (entry === undefined) return undefined
    const place = { chatId, seq: entry.seq, at: line?.at }
    if (line === undefined)
      return isAcknowledged ? { what: `${server} does not have the message ${id}`, ...place } : undefined
    const expected = isRetracted ? [] : files
    if (!isSame(idsOf(line.files), idsOf(expected)))
      return { what: `${server} has the files ${idsOf(line.files)} of ${id} and not ${idsOf(expected)}`, ...place }
    return expected.flatMap((file, nth) => {
      const wrong = wrongWith(file, line.files[nth])
      return wrong === null ? [] : [{ what: `${server} serves file ${nth + 1} of ${id} ${wrong}`, ...place }]
    })
  })
}

/** I23: after a retraction nobody gets its files, from any server. */
export function checkRetractedFiles(run: RunRecord): Findings {
  const answers = judgeEach(run.index.of('gone'), ({ who, chatId, id, statuses, at }) =>
    statuses.every((status) => status === 404)
      ? null
      : { what: `${who} answers ${statuses} for the files of the retracted ${id}`, chatId, at },
  )
  const asked = new Set(run.index.of('gone').map(({ who, id }) => `${who} ${id}`))
  const unasked = onEveryServer(run).filter(
    ([server, { id, isRetracted }]) => isRetracted && !asked.has(`${server} ${id}`),
  )
  const missing = unasked.map(([server, { chatId, id, entry }]): Fault => {
    return { what: `${server} was not asked for the files of the retracted ${id}`, chatId, seq: entry?.seq }
  })
  return join(answers, { judged: missing.length, faults: missing })
}

/** I23: the bytes of a retracted message go with it, and wait for no sweep. */
export function checkLeftBytes(run: RunRecord): Findings {
  const left = Map.groupBy(run.files.atRest, fileIdOf)
  return judgeEach(fileMessages(run), ({ chatId, id, files, entry, isRetracted }) => {
    if (!isRetracted) return undefined
    const keys = files.flatMap((file) => left.get(file.id) ?? [])
    return keys.length === 0 ? null : { what: `the retracted ${id} has left ${keys}`, chatId, seq: entry?.seq }
  })
}

/** I23: after a sweep the store has the bytes of every file that a message has, and no others. */
export function checkSweptStore(run: RunRecord): Findings {
  const sentBy = new Map(fileMessages(run).flatMap((message) => idsOf(message.files).map((id) => [id, message])))
  const attached = run.files.rows.filter(({ seq }) => seq !== null)
  const expected = new Map(attached.flatMap((row) => keysOf(row).map((key): [string, FileRow] => [key, row])))
  const unattached = judgeEach(
    run.files.rows.filter(({ seq }) => seq === null),
    ({ id, chatId }) => ({ what: `the upload ${id} is left behind`, chatId, seq: sentBy.get(id)?.entry?.seq ?? 0 }),
  )
  const found = new Set(run.files.swept)
  const missing = judgeEach(expected, ([key, { chatId, seq }]) =>
    found.has(key) ? null : { what: `the store has no ${key}`, chatId, seq: seq ?? 0 },
  )
  const orphans = judgeEach(found, (key) => {
    const { chatId, entry } = sentBy.get(fileIdOf(key)) ?? {}
    return expected.has(key) ? null : { what: `${key} belongs to nothing`, chatId, seq: entry?.seq }
  })
  return join(unattached, missing, orphans)
}

/** In the order in which they were first sent. */
export function fileMessages(run: Pick<RunRecord, 'index' | 'chats'>): FileMessage[] {
  const calls = sendsOf(run).filter(({ files }) => files !== null)
  const retracted = new Map(
    [...run.chats].map(([chatId, { entries }]) => [
      chatId,
      new Set(entries.filter(({ kind }) => kind === 'retracted').map(({ content }) => content)),
    ]),
  )
  return [...Map.groupBy(calls, ({ id }) => id)].flatMap(([id, [first, ...repeats]]) => {
    if (first?.files == null) return []
    const { chatId, files } = first
    const { places, entries } = run.chats.get(chatId) ?? {}
    const entry = entries?.[(places?.get(id) ?? 0) - 1]
    const isRetracted = entry !== undefined && retracted.get(chatId)?.has(`retracted ${entry.id}`) === true
    return [{ chatId, id, files, entry, isRetracted, isAcknowledged: [first, ...repeats].some(isAnswered) }]
  })
}

function onEveryServer(run: RunRecord): [server: string, message: FileMessage][] {
  const messages = fileMessages(run)
  return run.servers.flatMap((server) => messages.map((message): [string, FileMessage] => [server, message]))
}

/** Null where nothing is. */
function wrongWith(sent: SentFile, served: ServedFile | undefined): string | null {
  if (served === undefined) return 'not at all'
  const { status, announced, bytes, sha256, decoded, thumbnail } = served
  if (status !== 200) return `with ${status}`
  if (bytes !== announced.bytes) return `with ${bytes} bytes and announces ${announced.bytes}`
  if (sent.size === null) {
    if (announced.size !== null || thumbnail !== null) return 'as an image, which it is not'
    return sha256 === sent.sha256 ? null : `with other bytes (${bytes})`
  }
  if (!isSameSize(announced.size, sent.size)) return `and announces ${textOf(announced.size)} for ${textOf(sent.size)}`
  if (!isSameSize(decoded, sent.size)) return `as ${textOf(decoded)} and announces ${textOf(announced.size)}`
  if (thumbnail?.status !== 200 || thumbnail.decoded === null) return `with no thumbnail (${thumbnail?.status})`
  return null
}

function isAnswered({ outcome }: Call): boolean {
  return outcome.kind === 'ok'
}

function idsOf(files: readonly { id: string }[]): string[] {
  return files.map(({ id }) => id)
}

function keysOf({ id, hasThumbnail }: FileRow): string[] {
  return hasThumbnail ? [`files/${id}/file`, `files/${id}/thumbnail`] : [`files/${id}/file`]
}

/** Of the key of a file, its thumbnail, or a part of it. */
function fileIdOf(key: string): string {
  return key.split('/')[1] ?? ''
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, nth) => id === b[nth])
}

function isSameSize(a: PixelSize | null, b: PixelSize): boolean {
  return a?.width === b.width && a.height === b.height
}

function textOf(size: PixelSize | null): string {
  return size === null ? 'no image' : `${size.width} × ${size.height}`
}
