import type { ConnectionState } from '@deskbell/sdk'
import { expect, test } from 'vitest'
import { backMs, connectionView, nextOutage, noOutage, type Outage, quietMs } from './connection-view.ts'

const online: ConnectionState = { kind: 'online', via: 'socket' }
const waiting: ConnectionState = { kind: 'waiting', attempt: 1, retryAt: 10_000 }

/** Returns what is shown after each of these states, at its time. */
function views(...steps: [at: number, connection: ConnectionState, caughtUp: boolean][]) {
  let outage: Outage = noOutage
  return steps.map(([at, connection, caughtUp]) => {
    outage = nextOutage(outage, connection, { caughtUp, at })
    return connectionView(outage, connection, at)
  })
}

test('[WEB-12] an outage shorter than two seconds is not shown, nor is its end', () => {
  const shown = views([0, waiting, false], [quietMs - 1, waiting, false], [quietMs, online, true])
  expect(shown).toEqual([{ kind: 'none' }, { kind: 'none' }, { kind: 'none' }])
})

test('[WEB-12] [WEB-57] a longer outage shows a countdown, and its end for two seconds', () => {
  const shown = views(
    [0, waiting, false],
    [quietMs, waiting, false],
    [9_500, waiting, false],
    [10_000, { kind: 'connecting' }, false],
    [10_100, online, false],
    [10_200, online, true],
    [10_200 + backMs, online, true],
  )
  expect(shown.map(({ kind }) => kind)).toEqual([
    'none',
    'waiting',
    'waiting',
    'connecting',
    'catching-up',
    'back',
    'none',
  ])
  expect(shown[1]).toEqual({ kind: 'waiting', seconds: 8 })
  expect(shown[2]).toEqual({ kind: 'waiting', seconds: 1 })
})

test('[WEB-12] an ended session is shown at once', () => {
  expect(views([0, { kind: 'ended', reason: 'unauthenticated' }, false])).toEqual([{ kind: 'gone', signedOut: true }])
  expect(views([0, { kind: 'ended', reason: 'protocol' }, false])).toEqual([{ kind: 'gone', signedOut: false }])
})
