import { setTimeout as delay } from 'node:timers/promises'
import { sidesOf } from '@deskbell/testkit/history/checks/check-marks'
import type { SideMarks } from '@deskbell/testkit/history/history-line'
import { type InboxOwner, readInboxes } from '@deskbell/testkit/history/read-inboxes'
import { readMarks } from '@deskbell/testkit/history/read-run'
import type { Expected, ExpectedChat } from '../clients/orders.ts'
import { now } from '../clock.ts'
import type { World } from './world.ts'

type Follow = ReadonlyMap<string, readonly number[]>

/** `online`: everybody is connected, so operators must see it. */
type Aim = { follow: Follow; online: boolean; timeoutMs: number }

/** What is not seen, and the marks that were stored when everybody saw everything. */
export type Convergence = { differences: string[]; restMarks: ReadonlyMap<number, SideMarks> }

/**
 * Ends all actions, and waits until everybody sees what is stored. A call without an answer may still be stored, so what
 * is stored is read again until it stays the same.
 */
export async function converge(world: World, { follow, online, timeoutMs }: Aim): Promise<Convergence> {
  const deadline = now() + timeoutMs
  const left = () => Math.max(0, deadline - now())
  const open = await Promise.all(world.hosts.map((host) => host.settle(left())))
  const unsettled = open.reduce((sum, count) => sum + count, 0)
  const owners = await insist(() => world.owners(), left)
  const read = () => insist(() => readExpected(world, { follow, online }, owners), left)
  for (;;) {
    const expected = await read()
    const differences = await ask(world, expected, Math.min(left(), 1_000))
    const unchanged = JSON.stringify(expected) === JSON.stringify(await read())
    const restMarks = marksIn(expected)
    if (differences.length === 0 && unchanged && unsettled === 0) return { differences: [], restMarks }
    if (left() > 0) continue
    const unended = unsettled > 0 ? [`${unsettled} actions have not ended`] : []
    return { differences: [...unended, ...differences], restMarks }
  }
}

/** Connections of our own may have died with the database. */
async function insist<T>(work: () => Promise<T>, left: () => number): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (left() === 0) throw error
      await delay(100)
    }
  }
}

async function ask(world: World, expected: [string, Expected][], timeoutMs: number): Promise<string[]> {
  const answers = await Promise.all(
    world.hosts.map((host) => {
      const here = new Set(host.users.map(({ who }) => who))
      return host.rest(
        expected.filter(([who]) => here.has(who)),
        timeoutMs,
      )
    }),
  )
  return answers.flat()
}

async function readExpected(
  { stage, chatIds }: World,
  { follow, online }: Pick<Aim, 'follow' | 'online'>,
  owners: readonly InboxOwner[],
): Promise<[string, Expected][]> {
  const inboxes = await readInboxes(stage.admin, owners, chatIds)
  const { rows } = await stage.admin.pool.query<{ chatId: number; lastSeq: number }>(
    'select id::float8 as "chatId", last_seq::float8 as "lastSeq" from chats where id = any($1)',
    [chatIds],
  )
  const marks = await readMarks(stage.admin, chatIds)
  const chats = new Map<number, ExpectedChat>(
    rows.map((row) => [row.chatId, { ...row, marks: sidesOf(marks.get(row.chatId) ?? []) }]),
  )
  return owners.map(({ who }) => {
    const { rows: list, counts } = inboxes.get(who) ?? { rows: [], counts: null }
    const followed = (follow.get(who) ?? []).flatMap((chatId) => chats.get(chatId) ?? [])
    return [who, { chats: followed, online, rows: list, counts }]
  })
}

function marksIn(expected: readonly [string, Expected][]): Map<number, SideMarks> {
  return new Map(expected.flatMap(([, { chats }]) => chats.map(({ chatId, marks }) => [chatId, marks])))
}
