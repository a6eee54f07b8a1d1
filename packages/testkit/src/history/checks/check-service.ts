import { type Findings, judgeEach } from '../findings.ts'
import type { RunRecord } from '../run-record.ts'

/** I17: the bytes that wait for one socket do not exceed their bound. */
export function checkQueues(run: RunRecord): Findings {
  return judgeEach(run.index.of('memory'), ({ who, queue, at }) => {
    if (queue === 0) return undefined
    return queue > run.bounds.queueBytes ? { what: `${who} held ${queue} bytes for one socket`, at } : null
  })
}

/** I17: the size of all rings does not exceed its bound. */
export function checkRings(run: RunRecord): Findings {
  return judgeEach(run.index.of('memory'), ({ who, rings, ringsMax, at }) => {
    if (rings === 0) return undefined
    return rings > ringsMax ? { what: `the rings of ${who} held ${rings} of ${ringsMax} bytes`, at } : null
  })
}

/** I18: slow readers do not delay the others, except for the tolerances of `RunBounds`. */
export function checkIsolation(run: RunRecord): Findings {
  return judgeEach(run.delays === null ? [] : [run.delays], ({ alone, beside }) => {
    const most = alone * run.bounds.isolationFactor + run.bounds.isolationSlackMs
    if (beside <= most) return null
    return { what: `p99 is ${Math.round(beside)} ms beside slow readers, and ${Math.round(alone)} ms without` }
  })
}
