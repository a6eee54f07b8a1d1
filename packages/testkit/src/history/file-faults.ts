import type { HistoryLine, ServedFile } from './history-line.ts'
import { fileChatId, type RunFixture } from './run-fixture.ts'

/** What may be wrong with files, put into a correct history. Only I23 must find it. */
export const fileFaults: [id: 'I23', what: string, spoil: (run: RunFixture) => unknown][] = [
  ['I23', 'attachments that changed places', (run) => storedFiles(run, ['f2', 'f1'])],
  ['I23', 'an attachment that is lost', (run) => storedFiles(run, ['f1'])],
  ['I23', 'a good upload that was refused', (run) => answer(run, 'upload', { t: 'fail', code: 'unsupported_file' })],
  ['I23', 'finished uploads that are not found', (run) => answer(run, 'f', { t: 'fail', code: 'not_found' })],
  ['I23', 'an answer without a file', (run) => answer(run, 'f', { t: 'ok', seq: 1, files: ['f1'] })],
  ['I23', 'a repeat that is answered without files', repeatedWithout],
  ['I23', 'a server without the message', (run) => drop(run, ({ t }) => t === 'served')],
  ['I23', 'a server that has the files in another order', (run) => serve(run, (files) => files.toReversed())],
  ['I23', 'a file that is not served', (run) => serveFile(run, 'f2', { status: 500 })],
  ['I23', 'other bytes', (run) => serveFile(run, 'f2', { sha256: 'else' })],
  ['I23', 'a file that is cut off', (run) => serveFile(run, 'f2', { bytes: 4 })],
  ['I23', 'an image that is none', (run) => serveFile(run, 'f1', { decoded: null })],
  ['I23', 'an image of another size', (run) => serveFile(run, 'f1', { decoded: { width: 20, height: 30 } })],
  ['I23', 'an image without a thumbnail', (run) => serveFile(run, 'f1', { thumbnail: null })],
  ['I23', 'a retracted file that is served', (run) => statuses(run, [200, 404])],
  ['I23', 'a retracted file that nobody asked for', (run) => drop(run, ({ t }) => t === 'gone')],
  ['I23', 'bytes of a retracted file before the sweep', (run) => keep(run, 'atRest', 'files/g1/file')],
  ['I23', 'bytes of a retracted file after the sweep', (run) => keep(run, 'swept', 'files/g1/file')],
  ['I23', 'a part that is left behind', (run) => keep(run, 'swept', 'uploads/g1/000000000000-0')],
  ['I23', 'a file that the sweep has taken', takenBySweep],
  ['I23', 'an upload that no sweep takes', leftUpload],
]

function storedFiles(run: RunFixture, files: string[]): void {
  run.fileEntries = run.fileEntries.map((entry) => (entry.seq === 1 ? { ...entry, files } : entry))
}

type Answer = { t: 'ok'; seq: number; files: string[] } | { t: 'fail'; code: string }

function answer(run: RunFixture, op: string, given: Answer): void {
  run.lines = run.lines.map((line) =>
    line.t === 'ok' && line.op === op ? { at: line.at, who: line.who, op, ...given } : line,
  )
}

function repeatedWithout(run: RunFixture): void {
  for (const line of run.lines.filter((each) => 'op' in each && each.op === 'f')) {
    run.lines.push({ ...line, at: line.at + 500, op: 'again', ...(line.t === 'ok' && { files: [] }) } as HistoryLine)
  }
}

function serve(run: RunFixture, change: (files: readonly ServedFile[]) => readonly ServedFile[]): void {
  for (const line of run.lines) if (line.t === 'served') line.files = change(line.files)
}

function serveFile(run: RunFixture, id: string, fields: Partial<ServedFile>): void {
  serve(run, (files) => files.map((file) => (file.id === id ? { ...file, ...fields } : file)))
}

function statuses(run: RunFixture, given: number[]): void {
  for (const line of run.lines) if (line.t === 'gone') line.statuses = given
}

function drop(run: RunFixture, which: (line: HistoryLine) => boolean): void {
  run.lines = run.lines.filter((line) => !which(line))
}

function keep(run: RunFixture, when: 'atRest' | 'swept', key: string): void {
  run.files = { ...run.files, [when]: [...run.files[when], key] }
}

function takenBySweep(run: RunFixture): void {
  run.files = { ...run.files, swept: run.files.swept.filter((key) => key !== 'files/f2/file') }
}

function leftUpload(run: RunFixture): void {
  const row = { id: 'left', chatId: fileChatId, seq: null, hasThumbnail: false }
  run.files = { ...run.files, rows: [...run.files.rows, row] }
}
