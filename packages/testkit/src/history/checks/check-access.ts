import { type Findings, judgeEach } from '../findings.ts'
import type { ForeignVia } from '../history-line.ts'
import type { Check, RunRecord } from '../run-record.ts'

/** I19: soon after a user has signed out, its streams deliver no frame. */
export function checkSignedOut(run: RunRecord): Findings {
  const ended = new Map<string, number>()
  for (const call of run.index.calls) {
    if (call.action === 'logout' && call.outcome.kind === 'ok') ended.set(call.who, call.to)
  }
  return judgeEach(run.index.streams, ({ who, chatId, from, to, frames }) => {
    const endedAt = ended.get(who)
    if (endedAt === undefined) return undefined
    const late = frames.findLast((frame) => frame.at > endedAt + run.bounds.accessMs)
    // A stream that was closed before says nothing of the sign-out.
    if (late === undefined) return from < endedAt && endedAt < to ? null : undefined
    return { what: `${who} got ${late.t} ${Math.round(late.at - endedAt)} ms after the sign-out`, chatId, at: late.at }
  })
}

/** I21: whoever asks for a chat of another client over this transport gets `not_found`. */
export function checkForeignCalls(via: ForeignVia): Check {
  return (run) =>
    judgeEach(run.index.calls, (call) => {
      if (call.action !== 'foreign' || call.via !== via) return undefined
      const { who, id, chatId, outcome, to: at } = call
      switch (outcome.kind) {
        case 'ok':
          return { what: `${who} may call ${id} by ${via} for a chat of another client${saidBy(outcome)}`, chatId, at }
        case 'fail':
          if (outcome.code === 'not_found') return null
          return { what: `${who} got ${outcome.code} for ${id} by ${via} in a chat of another client`, chatId, at }
        case 'info':
          return undefined
      }
    })
}

function saidBy({ answer }: { answer?: string }): string {
  return answer === undefined ? '' : `: ${answer}`
}

/** I21: no stream of a client delivers anything of another client's chat. */
export function checkForeignStreams(run: RunRecord): Findings {
  return judgeEach(run.index.streams, ({ who, chatId, frames }) => {
    const actor = run.index.actors.get(who)
    if (actor?.role !== 'client') return undefined
    const [first] = frames
    if (run.owners.get(chatId) === actor.userId || first === undefined) return null
    return { what: `${who} got ${first.t} of a chat of another client`, chatId, at: first.at }
  })
}
