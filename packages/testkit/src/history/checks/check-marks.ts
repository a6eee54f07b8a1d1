import { type Findings, judgeEach } from '../findings.ts'
import type { SideMarks } from '../history-line.ts'
import type { RunRecord, StoredMark } from '../run-record.ts'

/** I13: a stored read mark is not above the delivered one, and that is not beyond the end of the log. */
export function checkStoredMarks(run: RunRecord): Findings {
  const stored = [...run.chats.values()].flatMap(({ chatId, lastSeq, marks }) =>
    marks.map((mark) => ({ chatId, lastSeq, mark })),
  )
  return judgeEach(stored, ({ chatId, lastSeq, mark }) =>
    inOrder(mark, lastSeq) ? null : { what: `stored is ${JSON.stringify(mark)}`, chatId, seq: mark.delivered },
  )
}

/** I13: on a stream, the marks of a user never go back, and are in the same order. */
export function checkRisingMarks(run: RunRecord): Findings {
  const frames = run.index.streams.flatMap((stream) => {
    const newest = new Map<number, Marks>()
    return stream.frames.flatMap((frame) => {
      if (frame.t !== 'mark') return []
      const before = newest.get(frame.userId) ?? { delivered: 0, read: 0 }
      newest.set(frame.userId, frame)
      return [{ stream, frame, before }]
    })
  })
  return judgeEach(frames, ({ stream: { stream, chatId }, frame, before }) => {
    const { delivered, read, userId, at } = frame
    const rises = delivered >= before.delivered && read >= before.read
    if (rises && inOrder(frame, run.chats.get(chatId)?.lastSeq ?? 0)) return null
    const what = `stream ${stream} got marks ${delivered}/${read} of user ${userId} after ${before.delivered}/${before.read}`
    return { what, chatId, seq: delivered, at }
  })
}

/**
 * I13: at the end of a run, every window shows the marks that are stored: not less than what was stored when everybody
 * saw everything, and not more than what is stored now.
 */
export function checkShownMarks(run: RunRecord): Findings {
  const shown = run.index.of('window').flatMap(({ who, chatId, marks, at }) => {
    const [least, most] = [run.restMarks.get(chatId), sidesOf(run.chats.get(chatId)?.marks ?? [])]
    if (least === undefined) return []
    return kinds.flatMap((kind) =>
      sides.map((side) => ({
        who,
        chatId,
        at,
        kind,
        side,
        has: marks[kind][side],
        least: least[kind][side],
        most: most[kind][side],
      })),
    )
  })
  return judgeEach(shown, ({ who, chatId, at, kind, side, has, least, most }) => {
    if (most === 0 && has === 0) return undefined
    if (least <= has && has <= most) return null
    const stored = least === most ? `${most}` : `${least} to ${most}`
    return {
      what: `${who} shows the ${kind} mark ${has} of the ${side} side, stored is ${stored}`,
      chatId,
      seq: has,
      at,
    }
  })
}

/** The highest marks of each side. */
export function sidesOf(marks: readonly StoredMark[]): SideMarks {
  const highest: SideMarks = { delivered: { client: 0, operator: 0 }, read: { client: 0, operator: 0 } }
  for (const mark of marks)
    for (const kind of kinds) highest[kind][mark.role] = Math.max(highest[kind][mark.role], mark[kind])
  return highest
}

const kinds = ['delivered', 'read'] as const
const sides = ['client', 'operator'] as const

type Marks = { delivered: number; read: number }

function inOrder({ delivered, read }: Marks, lastSeq: number): boolean {
  return read <= delivered && delivered <= lastSeq
}
