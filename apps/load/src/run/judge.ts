import { frameBytesMax, sessionEndMs, socketQueueHardBytes, typingShowMs } from '@deskbell/contract/limits'
import { checkHistory } from '@deskbell/testkit/history/check-history'
import { countRepeats } from '@deskbell/testkit/history/check-streams'
import { indexHistory } from '@deskbell/testkit/history/index-history'
import { readInboxes } from '@deskbell/testkit/history/read-inboxes'
import { readChats } from '@deskbell/testkit/history/read-run'
import type { RunRecord } from '@deskbell/testkit/history/run-record'
import { now } from '../clock.ts'
import { readHistory } from '../history/history-file.ts'
import type { PlayedRound } from './round.ts'
import type { RunOptions } from './run-options.ts'
import type { World } from './world.ts'

export type Verdict = { violations: string[]; entries: number; repeats: number; lines: number }

/** Reads what is stored and what was written down, and lets the checker compare. */
export async function judge(world: World, round: PlayedRound, options: RunOptions): Promise<Verdict> {
  const { admin } = world.stage
  const lines = await readHistory(round.files)
  const { rows } = await admin.pool.query<{ ms: number }>('select extract(epoch from clock_timestamp()) * 1000 as ms')
  const run: RunRecord = {
    index: indexHistory(lines),
    epoch: '',
    chats: await readChats(admin, round.chatIds, now() - Number(rows[0]?.ms)),
    inboxes: await readInboxes(admin, round.owners, round.chatIds),
    calm: round.plan.calm,
    delays: { alone: [], beside: [] },
    bounds: {
      staleMs: options.staleMs,
      typingMs: typingShowMs,
      accessMs: sessionEndMs,
      queueBytes: socketQueueHardBytes + frameBytesMax,
      isolationFactor: 1.2,
      isolationSlackMs: 50,
    },
  }
  const { entries, repeats } = countRepeats(run)
  return { violations: checkHistory({ ...run, epoch: epochOf(run) }), entries, repeats, lines: lines.length }
}

/** Every position that the server itself gave names the same history; probes with others are marked by their name. */
function epochOf({ index }: RunRecord): string {
  return index.streams.find((stream) => !stream.who.startsWith('probe'))?.epoch ?? ''
}
