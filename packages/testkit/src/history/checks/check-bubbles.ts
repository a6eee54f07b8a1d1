import { type Findings, judgeEach } from '../findings.ts'
import type { LineOf } from '../history-line.ts'
import type { RunRecord } from '../run-record.ts'

/** I20: every own message that a page has shown ends as sent or as failed. None is shown twice, and none vanishes. */
export function checkBubbles(run: RunRecord): Findings {
  const byMessage = Map.groupBy(run.index.of('bubble'), ({ id }) => id)
  return judgeEach(byMessage, ([id, lines]) => {
    const last = lines.at(-1)
    const wrong = lines.find(isWrong) ?? (last?.state === 'shown' ? last : undefined)
    if (wrong === undefined) return null
    const { who, chatId, state, at } = wrong
    return { what: `message ${id} of ${who} ${ends[state]}`, chatId, at }
  })
}

const ends: Record<LineOf<'bubble'>['state'], string> = {
  shown: 'has no end',
  sent: 'was sent',
  failed: 'failed',
  gone: 'vanished',
  doubled: 'was shown twice',
}

function isWrong({ state }: LineOf<'bubble'>): boolean {
  return state === 'gone' || state === 'doubled'
}
