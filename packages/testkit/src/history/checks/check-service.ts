import type { RunRecord } from '../run-record.ts'

/** I17: the bytes that wait for one socket, and the size of all rings, do not exceed their bounds. */
export function checkMemory(run: RunRecord): string[] {
  return run.index
    .of('memory')
    .flatMap(({ who, queue, rings, ringsMax }) => [
      ...(queue > run.bounds.queueBytes ? [`I17 ${who} held ${queue} bytes for one socket`] : []),
      ...(rings > ringsMax ? [`I17 the rings of ${who} held ${rings} of ${ringsMax} bytes`] : []),
    ])
}

/** I18: slow readers do not delay the others, except for the tolerances of `RunBounds`. */
export function checkIsolation(run: RunRecord): string[] {
  if (run.delays === null) return []
  const { alone, beside } = run.delays
  const most = alone * run.bounds.isolationFactor + run.bounds.isolationSlackMs
  if (beside <= most) return []
  return [`I18 p99 is ${Math.round(beside)} ms beside slow readers, and ${Math.round(alone)} ms without`]
}

/** I19: soon after a user has signed out, its streams deliver no frame. */
export function checkAccess(run: RunRecord): string[] {
  const ended = new Map<string, number>()
  for (const call of run.index.calls) {
    if (call.action === 'logout' && call.outcome.kind === 'ok') ended.set(call.who, call.to)
  }
  return run.index.streams.flatMap((stream) => {
    const at = ended.get(stream.who)
    if (at === undefined) return []
    const late = stream.frames.findLast((frame) => frame.at > at + run.bounds.accessMs)
    return late === undefined
      ? []
      : [`I19 ${stream.who} got ${late.t} of chat ${stream.chatId} ${Math.round(late.at - at)} ms after the sign-out`]
  })
}
