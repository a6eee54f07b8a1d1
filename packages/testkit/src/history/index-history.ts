import type { Role } from '@deskbell/contract/users'
import type {
  Action,
  EvLine,
  ForeignVia,
  HistoryLine,
  InvokeLine,
  LineOf,
  LiveLine,
  MarkLine,
  OkLine,
  ResetLine,
  SentFile,
  StartLine,
  TypingLine,
} from './history-line.ts'

/** A call with its outcome, and the times at which it was sent and answered; `to` is infinite without an answer. */
export type Call = {
  who: string
  action: Action
  chatId: number
  id: string
  via: ForeignVia | null
  seq: number | null
  /** Of a message that is sent with files. */
  files: readonly SentFile[] | null
  isDirect: boolean
  from: number
  to: number
  outcome:
    | { kind: 'ok'; seq: number | null; answer?: string; files?: readonly string[] }
    | { kind: 'fail'; code: string }
    | { kind: 'info' }
}

export type StreamFrame = EvLine | LiveLine | ResetLine | MarkLine | TypingLine

export type Stream = {
  stream: string
  who: string
  chatId: number
  epoch: string
  seq: number
  /** It asks on purpose for what it has. */
  rereads: boolean
  from: number
  to: number
  frames: StreamFrame[]
}

export type HistoryIndex = {
  actors: ReadonlyMap<string, { userId: number; role: Role }>
  /** In the order in which they were sent. */
  calls: readonly Call[]
  /** In the order in which they were opened. */
  streams: readonly Stream[]
  of<T extends HistoryLine['t']>(t: T): readonly LineOf<T>[]
}

/** Joins answers to calls and frames to streams, once for all checks. The lines may be in any order. */
export function indexHistory(lines: Iterable<HistoryLine>): HistoryIndex {
  const sorted = [...lines].sort((a, b) => a.at - b.at)
  const byKind = Map.groupBy(sorted, (line) => line.t)
  const of = <T extends HistoryLine['t']>(t: T): LineOf<T>[] =>
    (byKind.get(t) ?? []).filter((line): line is LineOf<T> => line.t === t)
  return {
    actors: new Map(of('actor').map(({ who, userId, role }) => [who, { userId, role }])),
    calls: joinCalls(sorted),
    streams: joinStreams(sorted),
    of,
  }
}

function joinCalls(lines: readonly HistoryLine[]): Call[] {
  const open = new Map<string, Call>()
  const calls: Call[] = []
  for (const line of lines) {
    if (line.t === 'invoke') {
      const call = callOf(line)
      open.set(line.op, call)
      calls.push(call)
    }
    if (line.t !== 'ok' && line.t !== 'fail' && line.t !== 'info') continue
    const call = open.get(line.op)
    if (call === undefined) throw new Error(`The history answers ${line.op}, which nobody called.`)
    if (line.t === 'ok') call.outcome = okOf(line)
    if (line.t === 'fail') call.outcome = { kind: 'fail', code: line.code }
    call.to = line.at
  }
  return calls
}

function callOf({ who, action, chatId, id = '', via, seq, files, isDirect = false, at }: InvokeLine): Call {
  return {
    who,
    action,
    chatId,
    id,
    via: via ?? null,
    seq: seq ?? null,
    files: files ?? null,
    isDirect,
    from: at,
    to: Number.POSITIVE_INFINITY,
    outcome: { kind: 'info' },
  }
}

function joinStreams(lines: readonly HistoryLine[]): Stream[] {
  const streams = new Map<string, Stream>()
  for (const line of lines) {
    if (line.t === 'start') streams.set(line.stream, streamOf(line))
    if (!('stream' in line) || line.t === 'start') continue
    const stream = streams.get(line.stream)
    if (stream === undefined) throw new Error(`The history has a frame of ${line.stream}, which nobody opened.`)
    if (line.t === 'end') stream.to = line.at
    else stream.frames.push(line)
  }
  return [...streams.values()]
}

function streamOf({ stream, who, chatId, epoch, seq, rereads = false, at }: StartLine): Stream {
  return { stream, who, chatId, epoch, seq, rereads, from: at, to: Number.POSITIVE_INFINITY, frames: [] }
}

function okOf({ seq, answer, files }: OkLine): Call['outcome'] {
  return { kind: 'ok', seq: seq ?? null, ...(answer !== undefined && { answer }), ...(files && { files }) }
}
