import type { PageOutput } from '@deskbell/contract/events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelServer } from '../testing/model-server.ts'
import { newestPage } from './log-window.ts'
import { nextTimeline } from './next-timeline.ts'
import { startTimeline, type TimelineEvent, type TimelineState } from './timeline-state.ts'

/** Runs the state machine against a model of the server. */
class Drive {
  readonly server: ModelServer
  state: TimelineState
  readonly shown = new Set<number>()

  constructor(length: number | ModelServer, remembered?: PageOutput) {
    this.server = typeof length === 'number' ? new ModelServer(length) : length
    const { state, effects } = startTimeline(remembered)
    this.state = state
    this.server.ask(effects)
  }

  send(event: TimelineEvent): void {
    const { state, effects } = nextTimeline(this.state, event)
    this.state = state
    this.server.ask(effects)
  }

  /** Delivers everything pending, ends waits, and sends `behind` until nothing is missing. */
  settle(): void {
    for (let round = 0; round < 60; round += 1) {
      const event = this.server.take()
      if (event === null && this.state.kind === 'live' && this.state.top <= this.state.window.have) return
      this.send(event ?? (this.state.kind === 'paused' ? { t: 'resume' } : { t: 'behind' }))
    }
  }

  seqs(): number[] {
    return this.state.kind === 'loading' ? [] : (this.state.window?.entries ?? []).map((entry) => entry.seq)
  }
}

type Move =
  | { m: 'write'; count: number }
  | { m: 'deliver' | 'lose' | 'repeat' | 'swap' | 'cut' | 'end' | 'fail' | 'older' | 'heartbeat' | 'restore' }

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ m: fc.constant('write' as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ m: fc.constant('write' as const), count: fc.integer({ min: 310, max: 900 }) }) },
  { weight: 8, arbitrary: fc.record({ m: fc.constant('deliver' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      m: fc.constantFrom('lose', 'repeat', 'swap', 'cut', 'end', 'fail', 'older', 'heartbeat', 'restore' as const),
    }),
  },
)

function play(drive: Drive, step: Move): void {
  const { server } = drive
  switch (step.m) {
    case 'write':
      server.write(step.count)
      break
    case 'deliver': {
      const event = server.take()
      if (event !== null) drive.send(event)
      break
    }
    case 'lose':
      server.lose()
      break
    case 'repeat':
      server.repeat()
      break
    case 'swap':
      server.swap()
      break
    case 'cut':
      server.cut()
      drive.send({ t: 'lost' })
      break
    case 'end':
      server.end()
      drive.send({ t: 'streamEnded', code: 'unavailable', final: false, afterMs: 0 })
      break
    case 'fail':
      server.failPage()
      break
    case 'older':
      drive.send({ t: 'older' })
      break
    case 'heartbeat':
      server.heartbeat()
      break
    case 'restore':
      server.restore()
      break
  }
}

function expectContiguous(seqs: readonly number[]): void {
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
}

describe('nextTimeline', () => {
  test('[SDK-2] whatever frames are lost, repeated or reordered, the timeline ends equal to the log', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.array(move, { maxLength: 60 }), (length, moves) => {
        const drive = new Drive(length)
        for (const step of moves) {
          play(drive, step)
          expectContiguous(drive.seqs())
        }
        drive.server.heartbeat()
        drive.settle()
        expect(drive.state.kind).toBe('live')
        expect(drive.seqs().at(-1) ?? 0).toBe(drive.server.top)
        if (drive.state.kind === 'live') expect(drive.state.window.entries).toEqual(drive.server.slice(drive.seqs()[0]))
      }),
      { numRuns: 1_000 },
    )
  })

  test('[SDK-5] after a reset the gap is filled, and nothing shown before is lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 301, max: 1_800 }), (length, missed) => {
        const drive = new Drive(length)
        drive.settle()
        const before = drive.state.kind === 'live' ? drive.state.window.entries : []
        drive.server.writeSilently(missed)
        drive.server.cut()
        drive.send({ t: 'lost' })
        drive.settle()
        const after = drive.state.kind === 'live' ? drive.state.window.entries : []
        expect(after.slice(0, before.length).every((entry, index) => entry === before[index])).toBe(true)
        expectContiguous(drive.seqs())
        expect(drive.seqs().at(-1)).toBe(drive.server.top)
      }),
      { numRuns: 50 },
    )
  })

  test('[SDK-5] older entries are requested one page at a time, and not when there are none', () => {
    const older: TimelineEvent = { t: 'older' }
    const drive = new Drive(120)
    drive.settle()
    expect(drive.seqs()[0]).toBe(71)
    const asked = nextTimeline(drive.state, older)
    expect(asked.effects).toEqual([{ do: 'loadOlder', beforeSeq: 71 }])
    expect(nextTimeline(asked.state, older).effects).toEqual([])
    const short = new Drive(3)
    short.settle()
    expect(nextTimeline(short.state, older).effects).toEqual([])
  })

  test('[SDK-5] a gap too wide to fill leaves the newest entries, and older ones can be loaded', () => {
    const drive = new Drive(60)
    drive.settle()
    drive.server.writeSilently(5_000)
    drive.server.cut()
    drive.send({ t: 'lost' })
    drive.settle()
    expect(drive.seqs().at(-1)).toBe(5_060)
    expectContiguous(drive.seqs())
    const [first = 0] = drive.seqs()
    drive.send({ t: 'older' })
    drive.settle()
    for (let event = drive.server.take(); event !== null; event = drive.server.take()) drive.send(event)
    expect(drive.seqs()[0]).toBe(first - 50)
  })

  test('[SDK-5] a restored history replaces the window as far back as it reached', () => {
    const drive = new Drive(300)
    drive.settle()
    const [first = 0] = drive.seqs()
    drive.server.cut()
    drive.send({ t: 'lost' })
    drive.server.restore()
    drive.settle()
    expect(drive.seqs()[0]).toBeLessThanOrEqual(first)
    if (drive.state.kind === 'live') expect(drive.state.window.entries).toEqual(drive.server.slice(drive.seqs()[0]))
    expect(drive.state.kind).toBe('live')
  })

  test('[SDK-20] from a page stored on the device it ends equal to the log, whatever happened meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 0, max: 600 }),
        fc.boolean(),
        (length, missed, restored) => {
          const before = new Drive(length)
          before.settle()
          const page = before.state.kind === 'live' ? newestPage(before.state.window, 30) : undefined
          before.server.end()
          before.server.writeSilently(missed)
          if (restored) before.server.restore()
          const after = new Drive(before.server, JSON.parse(JSON.stringify(page)))
          expect(after.seqs()).toEqual(before.seqs().slice(-30))
          after.settle()
          expect(after.state.kind).toBe('live')
          expectContiguous(after.seqs())
          if (after.state.kind === 'live')
            expect(after.state.window.entries).toEqual(after.server.slice(after.seqs()[0]))
        },
      ),
      { numRuns: 100 },
    )
  })

  test('[SDK-2] entries that are missing in between are requested again', () => {
    const drive = new Drive(10)
    drive.settle()
    drive.server.write(3)
    drive.server.lose()
    drive.server.write(1)
    drive.settle()
    expect(drive.seqs().at(-1)).toBe(14)
  })

  test('[SDK-2] a stream that stays behind its own top is reopened', () => {
    const drive = new Drive(5)
    drive.settle()
    drive.server.writeSilently(4)
    drive.server.heartbeat()
    drive.settle()
    expect(drive.seqs().at(-1)).toBe(9)
  })

  test('[SDK-2] read marks only rise', () => {
    const drive = new Drive(5)
    drive.settle()
    const mark = (readSeq: number) =>
      drive.send({
        t: 'frame',
        id: 'e:5~1',
        frame: { t: 'rcpt', userId: drive.server.userId, role: 'client', deliveredSeq: 0, readSeq },
      })
    mark(4)
    mark(2)
    expect(drive.state.kind === 'live' && drive.state.window.read).toEqual({ client: 4, operator: 0 })
  })

  test('[SDK-2] a chat without access fails with its code, and a new session tries again', () => {
    const { state } = startTimeline()
    const failed = nextTimeline(state, { t: 'pageFailed', code: 'not_found', final: true, afterMs: 0 }).state
    expect(failed).toMatchObject({ kind: 'failed', code: 'not_found' })
    expect(nextTimeline(failed, { t: 'resume' }).state.kind).toBe('loading')
  })

  test('[SDK-2] a stopped timeline stays as it is', () => {
    const drive = new Drive(5)
    drive.settle()
    drive.send({ t: 'stop' })
    const stopped = drive.state
    drive.server.write(2)
    for (let event = drive.server.take(); event !== null; event = drive.server.take()) drive.send(event)
    expect(drive.state).toBe(stopped)
  })
})
