import { frameBytesMax, sessionEndMs, socketQueueHardBytes, typingShowMs } from '@deskbell/contract/limits'
import { checkHistory, type HistoryVerdict } from '@deskbell/testkit/history/check-history'
import { countRepeats } from '@deskbell/testkit/history/checks/check-streams'
import type { LineOf } from '@deskbell/testkit/history/history-line'
import { indexHistory } from '@deskbell/testkit/history/index-history'
import { readInboxes } from '@deskbell/testkit/history/read-inboxes'
import { readChats, readOwners } from '@deskbell/testkit/history/read-run'
import type { RunRecord } from '@deskbell/testkit/history/run-record'
import { now } from '../clock.ts'
import { readHistory } from '../history/history-file.ts'
import { auditFiles } from './audit-files.ts'
import type { PlayedRound } from './round.ts'
import type { RunOptions } from './run-options.ts'
import type { World } from './world.ts'

export type Verdict = HistoryVerdict & { entries: number; repeats: number; lines: number }

export type Evidence = { round: PlayedRound; delays: RunRecord['delays']; memory: readonly LineOf<'memory'>[] }

/** Reads what is stored and what was written down, and lets the checker compare. */
export async function judge(world: World, { round, delays, memory }: Evidence, options: RunOptions): Promise<Verdict> {
  const { admin } = world.stage
  const lines = [...(await readHistory(round.files)), ...memory]
  const offsetMs = await databaseOffsetMs(world)
  const chats = await readChats(admin, round.chatIds, offsetMs)
  const audit = await auditFiles(world, round.plan, { index: indexHistory(lines), chats })
  const run: RunRecord = {
    index: indexHistory([...lines, ...audit.lines]),
    epoch: '',
    chats,
    inboxes: await readInboxes(admin, round.owners, round.chatIds),
    restMarks: round.restMarks,
    owners: await readOwners(admin),
    servers: world.stage.servers.map(({ name }) => name),
    files: audit.files,
    kind: round.plan.kind,
    delays,
    slow: round.slow,
    bounds: {
      staleMs: options.staleMs,
      typingMs: typingShowMs,
      accessMs: sessionEndMs,
      queueBytes: socketQueueHardBytes + frameBytesMax,
      isolationFactor: 1.2,
      isolationSlackMs: options.isolationSlackMs,
    },
  }
  const { entries, repeats } = countRepeats(run)
  return { ...checkHistory({ ...run, epoch: epochOf(run) }), entries, repeats, lines: lines.length }
}

/** What takes the database's time to the clock of the history; of several readings the one that was answered quickest. */
async function databaseOffsetMs({ stage }: World): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, offsetMs: 0 }
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const askedAt = now()
    const { rows } = await stage.admin.pool.query<{ ms: number }>(
      'select extract(epoch from clock_timestamp()) * 1000 as ms',
    )
    const tookMs = now() - askedAt
    if (tookMs < best.tookMs) best = { tookMs, offsetMs: askedAt + tookMs / 2 - Number(rows[0]?.ms) }
  }
  return best.offsetMs
}

/** The history that most streams name; probes name others. */
function epochOf({ index }: RunRecord): string {
  const counts = new Map<string, number>()
  for (const { epoch } of index.streams) counts.set(epoch, (counts.get(epoch) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}
