import { join } from 'node:path'
import type { BusWeather } from '@deskbell/testkit/faults/lossy-bus'
import type { SideMarks } from '@deskbell/testkit/history/history-line'
import type { InboxOwner } from '@deskbell/testkit/history/read-inboxes'
import type { RoundKind } from '@deskbell/testkit/history/run-record'
import type { Pace } from '../clients/orders.ts'
import { now } from '../clock.ts'
import { planFaults } from '../faults/fault-plan.ts'
import type { FaultTally } from '../faults/fault-tally.ts'
import { seededRandom } from '../seeded-random.ts'
import type { ServerReport } from '../servers/server-messages.ts'
import { converge } from './converge.ts'
import type { RunOptions } from './run-options.ts'
import type { World } from './world.ts'

const stuckBytesPerSecond = 20

type Follow = ReadonlyMap<string, number[]>

export type RoundPlan = {
  nr: number
  kind: RoundKind
  lengthMs: number
  bus: BusWeather
  /** So many users read next to nothing, all the time. */
  slowReaders: number
}

/** What a round leaves for the checker. */
export type PlayedRound = {
  plan: RoundPlan
  files: readonly string[]
  chatIds: readonly number[]
  slow: ReadonlySet<string>
  /** What the servers reported while all users still followed. */
  servers: readonly { name: string; report: ServerReport }[]
  owners: readonly InboxOwner[]
  /** What was stored when everybody saw everything. */
  restMarks: ReadonlyMap<number, SideMarks>
  /** From the heal until everybody saw everything; null when that did not happen in time. */
  convergedMs: number | null
  /** Why not. */
  differences: readonly string[]
}

/** New chats, actions under faults, recovery, a wait until nothing changes, and a record of what every user sees. */
export async function playRound(
  world: World,
  plan: RoundPlan,
  options: RunOptions & { tally: FaultTally },
): Promise<PlayedRound> {
  const { hosts, stage } = world
  const files = hosts.map((_, nth) => join(world.folder, `round-${plan.nr}-${nth}.jsonl`))
  await balance(world)
  await Promise.all(stage.servers.map((server) => server.setBus(plan.bus)))
  const follow = await openChats(world, plan, { files, chatsEach: options.chatsEach })
  const slow = slowDown(world, plan.slowReaders)
  await begin(world, plan, { follow, slow, pace: paceOf(plan, options.pace) })
  await weather(world, plan, options)
  for (const who of slow) stage.proxies.get(who)?.weather({ bytesPerSecond: null })
  await Promise.all(hosts.map((host) => host.wake()))
  await Promise.all(hosts.map((host) => host.finish(finishMs)))
  const recoveredAt = now()
  const online = plan.kind !== 'faults'
  const { differences, restMarks } = await converge(world, { follow, online, timeoutMs: options.restMs })
  const convergedMs = differences.length === 0 ? now() - recoveredAt : null
  const servers = await askServers(world)
  await Promise.all(hosts.map((host) => host.end()))
  return {
    plan,
    files,
    chatIds: [...world.chatIds],
    slow,
    servers,
    owners: await world.owners(),
    restMarks,
    convergedMs,
    differences,
  }
}

type Beginning = { follow: Follow; slow: ReadonlySet<string>; pace: Pace }

const typingPauseMs = 1_500
/** A little more than the users take at most for what they have not done once. */
const finishMs = 12_000

/**
 * In calm weather times are compared, so the machine must not be full. Where hints arrive, users stop to type, and nobody
 * closes a chat meanwhile.
 */
function paceOf({ kind }: RoundPlan, pace: Pace): Pace {
  if (kind === 'faults') return pace
  const unhurried = { ...pace, minMs: pace.minMs * 3, maxMs: pace.maxMs * 3 }
  return kind === 'delivering' ? { ...unhurried, closeShare: 0, typingShare: 0.15, typingPauseMs } : unhurried
}

async function begin(world: World, plan: RoundPlan, { follow, slow, pace }: Beginning): Promise<void> {
  const begun = world.hosts.map((host, nth) => {
    const url = world.stage.servers[nth % world.stage.servers.length]?.url ?? ''
    const leaver = { url, chatId: world.chatIds[nth] ?? 0, afterMs: plan.lengthMs / 3 }
    const chatIds = [...world.chatIds]
    return host.begin({ round: plan.nr, follow: mine(host, follow), chatIds, pace, slow: [...slow], leaver })
  })
  await Promise.all(begun)
}

async function askServers({ stage }: World): Promise<PlayedRound['servers']> {
  const reports = stage.servers.map(async (server) => ({ name: server.name, report: await server.report() }))
  return (await Promise.all(reports)).flatMap(({ name, report }) => (report === undefined ? [] : [{ name, report }]))
}

/** Every chat is followed by its client and by two operators. */
async function openChats(world: World, plan: RoundPlan, { files, chatsEach }: { files: string[]; chatsEach: number }) {
  const opened = await Promise.all(
    world.hosts.map((host, nth) => host.open({ round: plan.nr, file: files[nth] ?? '', chatsEach })),
  )
  const chats = opened.flat().sort((a, b) => a.chatId - b.chatId)
  world.chatIds.splice(0, world.chatIds.length, ...chats.map((chat) => chat.chatId))
  const follow = new Map<string, number[]>(world.users.map(({ who }) => [who, []]))
  const operators = world.users.filter((user) => user.role === 'operator')
  chats.forEach(({ who, chatId }, nth) => {
    follow.get(who)?.push(chatId)
    for (const shift of [0, 1]) follow.get(operators[(nth + shift) % operators.length]?.who ?? '')?.push(chatId)
  })
  return follow
}

function mine(host: World['hosts'][number], follow: Follow): [string, number[]][] {
  return host.users.map(({ who }) => [who, follow.get(who) ?? []])
}

async function weather(world: World, plan: RoundPlan, options: RunOptions & { tally: FaultTally }): Promise<void> {
  const signal = AbortSignal.timeout(plan.lengthMs)
  const seed = `${options.seed} ${plan.nr}`
  const random = seededRandom(seed, 'plan')
  const faults = plan.kind === 'faults' ? planFaults(random, plan.lengthMs, options.faults) : []
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  await Promise.all([over, options.tally.inflict(faults, { stage: world.stage, seed, signal })])
}

/** The last ones, so that clients and operators are among the others. */
function slowDown({ stage, users }: World, count: number): ReadonlySet<string> {
  const slow = new Set(users.slice(users.length - count).map(({ who }) => who))
  for (const who of slow) stage.proxies.get(who)?.weather({ bytesPerSecond: stuckBytesPerSecond })
  return slow
}

/** As many lines to one server as to the other, whatever the last round has done. */
async function balance({ stage }: World): Promise<void> {
  let nth = 0
  for (const proxy of stage.proxies.values()) proxy.target(stage.servers[nth++ % stage.servers.length]?.url ?? null)
}
