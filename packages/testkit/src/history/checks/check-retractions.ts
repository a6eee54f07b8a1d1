import { type Findings, judgeEach } from '../findings.ts'
import { contentOf } from '../read-run.ts'
import type { RunEntry, RunRecord } from '../run-record.ts'

/** I22: no frame that carries a retraction, or comes after it on its stream, has the text that was retracted. */
export function checkRetractedFrames(run: RunRecord): Findings {
  return judgeEach(run.index.of('canary'), ({ who, chatId, seq, id, found, at }) =>
    found ? { what: `${who} got the retracted text of ${id}`, chatId, seq, at } : null,
  )
}

/** I22: after the answer to a retraction, no read has the text: a page of the log, a list of messages, a row. */
export function checkRetractedReads(run: RunRecord): Findings {
  return judgeEach(run.index.of('reread'), ({ who, chatId, id, by, found, at }) =>
    found ? { what: `${who} reads the retracted text of ${id} by ${by}`, chatId, at } : null,
  )
}

/** I22: at the end of a run, no row of an inbox begins with a text that was retracted. */
export function checkRetractedRows(run: RunRecord): Findings {
  const rows = run.index.of('inbox').flatMap(({ who, at, rows: all }) => all.map((row) => ({ who, at, ...row })))
  return judgeEach(rows, ({ who, at, chatId, preview }) => {
    const { places, entries = [] } = run.chats.get(chatId) ?? {}
    if (preview === undefined || preview === null || !entries.some(isRetracted)) return undefined
    const [id = ''] = preview.split(' ')
    const entry = entries[(places?.get(id) ?? 0) - 1]
    if (entry === undefined || !isRetracted(entry)) return null
    return { what: `${who} shows the retracted text of ${id}`, chatId, seq: entry.seq, at }
  })
}

function isRetracted({ kind, content, id }: RunEntry): boolean {
  return kind === 'message' && content === contentOf({ kind, id, text: '' })
}
