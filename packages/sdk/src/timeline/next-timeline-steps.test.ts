import type { ChatFrame, PageOutput } from '@deskbell/contract/events'
import { describe, expect, test } from 'vitest'
import { ModelServer } from '../testing/model-server.ts'
import { nextTimeline } from './next-timeline.ts'
import { startTimeline, type TimelineEvent, type TimelineState, type TimelineStep } from './timeline-state.ts'

const log = new ModelServer(5_000).slice()
const none = { client: 0, operator: 0 }

/** The page of the entries from `fromSeq` to `toSeq`. */
function page(fromSeq: number, toSeq: number, epoch = 1): PageOutput {
  const entries = log.slice(fromSeq - 1, toSeq)
  return { entries, cursor: `${epoch}:${toSeq}`, hasMore: fromSeq > 1, read: none, delivered: none }
}

const frame = (shape: ChatFrame, seq = 0): TimelineEvent => ({ t: 'frame', id: `1:${seq}`, frame: shape })
const events = (fromSeq: number, toSeq: number) => frame({ t: 'ev', events: log.slice(fromSeq - 1, toSeq) }, toSeq)
const top = (seq: number) => frame({ t: 'hb', top: seq })
const reset = frame({ t: 'reset', reason: 'too_far', top: 0 })
const failure: TimelineEvent = { t: 'pageFailed', code: null, final: false, afterMs: 7_000 }
const ended: TimelineEvent = { t: 'streamEnded', code: null, final: false, afterMs: 7_000 }

function steps(state: TimelineState, ...sent: TimelineEvent[]): TimelineStep {
  const start: TimelineStep = { state, effects: [] }
  return sent.reduce((step, event) => nextTimeline(step.state, event), start)
}

/** A timeline that shows these entries, and has everything. */
function live(fromSeq: number, toSeq: number): TimelineState {
  const loaded: TimelineEvent = { t: 'page', page: page(fromSeq, toSeq) }
  return steps(startTimeline().state, loaded, frame({ t: 'live', top: toSeq })).state
}

/** The first and the last `seq` that it shows. */
function shown(state: TimelineState): (number | undefined)[] {
  const entries = state.kind === 'loading' ? [] : (state.window?.entries ?? [])
  return [entries[0]?.seq, entries.at(-1)?.seq]
}

/** Answers the reload of a server with `length` entries. Returns its pages and the step that ends it. */
function reload(state: TimelineState, length: number): { pages: number; end: TimelineStep } {
  let end = steps(state, reset)
  let pages = 0
  for (;;) {
    const load = end.effects.find((effect) => effect.do === 'load')
    if (load === undefined) return { pages, end }
    const toSeq = (load.beforeSeq ?? length + 1) - 1
    const answer = page(Math.max(1, toSeq - load.limit + 1), toSeq)
    end = steps(end.state, { t: 'page', page: answer })
    pages += 1
  }
}

describe('a stream that goes wrong', () => {
  test('[SDK-2] [SDK-4] where entries are missing it is opened again at once, and then after growing waits', () => {
    const gap = events(12, 12)
    const first = steps(live(1, 10), gap)
    expect(first.effects).toEqual([{ do: 'follow', cursor: '1:10' }])
    const second = steps(first.state, gap)
    expect(second.effects).toEqual([{ do: 'unfollow' }, { do: 'wait', attempt: 1, atLeastMs: 0 }])
    const resumed = steps(second.state, { t: 'resume' })
    expect(resumed.effects).toEqual([{ do: 'follow', cursor: '1:10' }])
    expect(steps(resumed.state, gap).effects).toContainEqual({ do: 'wait', attempt: 2, atLeastMs: 0 })
  })

  test('[SDK-4] a new entry ends the row of failures, a repeated one does not', () => {
    const gap = events(20, 20)
    expect(steps(live(1, 10), gap, events(11, 11), gap).effects).toEqual([{ do: 'follow', cursor: '1:11' }])
    expect(steps(live(1, 10), gap, events(10, 10), gap).effects).toContainEqual(
      expect.objectContaining({ do: 'wait', attempt: 1 }),
    )
  })

  test('[SDK-2] it is not opened again when nothing is missing, or nothing is any more', () => {
    const behind: TimelineEvent = { t: 'behind' }
    expect(steps(live(1, 10), behind).effects).toEqual([])
    expect(steps(live(1, 10), top(11), events(11, 11), behind).effects).toEqual([])
    expect(steps(live(1, 10), top(12), top(10), behind).effects).toEqual([])
    expect(steps(live(1, 10), top(12), behind).effects).toEqual([{ do: 'follow', cursor: '1:10' }])
  })

  test('[SDK-2] [SDK-4] after one that ended it goes on from what is shown, after growing waits', () => {
    const first = steps(live(1, 10), ended)
    expect(first.effects).toEqual([{ do: 'unfollow' }, { do: 'wait', attempt: 0, atLeastMs: 7_000 }])
    const resumed = steps(first.state, { t: 'resume' })
    expect(resumed.effects).toEqual([{ do: 'follow', cursor: '1:10' }])
    expect(resumed.state).toMatchObject({ kind: 'catching-up', top: 10, loadingOlder: false })
    expect(shown(resumed.state)).toEqual([1, 10])
    expect(steps(resumed.state, ended).effects).toContainEqual(expect.objectContaining({ do: 'wait', attempt: 1 }))
  })

  test('[SDK-4] a first page that fails is asked for again, after growing waits', () => {
    const first = steps(startTimeline().state, failure)
    expect(first.effects).toEqual([{ do: 'unfollow' }, { do: 'wait', attempt: 0, atLeastMs: 7_000 }])
    const resumed = steps(first.state, { t: 'resume' })
    expect(resumed).toEqual({
      state: { kind: 'loading', attempt: 1, top: 0, loadingOlder: false },
      effects: [{ do: 'load', limit: 50 }],
    })
    expect(steps(resumed.state, failure).effects).toContainEqual(expect.objectContaining({ do: 'wait', attempt: 1 }))
  })

  test('[SDK-2] only a code of the server is final, and closes the stream', () => {
    const final = { t: 'streamEnded', final: true, afterMs: 0 } as const
    expect(steps(live(1, 10), { ...final, code: null }).state.kind).toBe('paused')
    const failed = steps(live(1, 10), { ...final, code: 'not_found' })
    expect(failed).toMatchObject({ state: { kind: 'failed', code: 'not_found' }, effects: [{ do: 'unfollow' }] })
    expect(shown(failed.state)).toEqual([1, 10])
  })
})

describe('a reset', () => {
  test('[SDK-5] it closes the stream and loads the newest page, and what is shown stays meanwhile', () => {
    const step = steps(live(1, 10), reset)
    expect(step.effects).toEqual([{ do: 'unfollow' }, { do: 'load', limit: 200 }])
    expect(shown(step.state)).toEqual([1, 10])
  })

  test.each([
    { title: 'a gap that two pages fill exactly', from: 1, to: 60, length: 460, pages: 2, first: 1 },
    { title: 'a gap that is one entry wider', from: 1, to: 60, length: 461, pages: 3, first: 1 },
    { title: 'a gap that ten pages fill exactly', from: 1, to: 60, length: 2_060, pages: 10, first: 1 },
    { title: 'a gap that is too wide', from: 1, to: 60, length: 2_061, pages: 10, first: 62 },
    { title: 'nothing new after a long window', from: 1, to: 900, length: 900, pages: 1, first: 1 },
    { title: 'a log that ends before what is shown', from: 101, to: 160, length: 150, pages: 1, first: 1 },
    { title: 'an empty chat that is still empty', from: 1, to: 0, length: 0, pages: 1, first: undefined },
    { title: 'many entries in a chat that was empty', from: 1, to: 0, length: 900, pages: 1, first: 701 },
  ])('[SDK-5] $title: pages until they reach what is shown, at most ten', ({ from, to, length, pages, first }) => {
    const { pages: asked, end } = reload(live(from, to), length)
    expect(asked).toBe(pages)
    expect(shown(end.state)).toEqual([first, length === 0 ? undefined : length])
    expect(end.state).toMatchObject({ kind: 'catching-up', window: { have: length, hasMore: (first ?? 1) > 1 } })
    expect(end.effects).toEqual([{ do: 'follow', cursor: `1:${length}` }])
  })

  test('[SDK-5] what is shown stays the same objects, and nothing older is added to it', () => {
    const before = live(51, 100)
    const { end } = reload(before, 110)
    expect(shown(end.state)).toEqual([51, 110])
    const entries = [before, end.state].map((state) => (state.kind === 'loading' ? [] : state.window?.entries))
    expect(entries[1]?.slice(0, 50).every((entry, index) => entry === entries[0]?.[index])).toBe(true)
  })

  test('[SDK-5] it begins again when the history changes between two pages', () => {
    const first = steps(live(1, 10), reset, { t: 'page', page: page(801, 1_000) })
    expect(first.effects).toEqual([{ do: 'load', beforeSeq: 801, limit: 200 }])
    const second = steps(first.state, { t: 'page', page: page(601, 800, 2) })
    expect(second.effects).toEqual([{ do: 'unfollow' }, { do: 'load', limit: 200 }])
    expect(shown(second.state)).toEqual([1, 10])
  })

  test('[SDK-5] a page of it that fails is asked for again after a wait, without opening the old stream', () => {
    const failed = steps(live(1, 10), reset, failure)
    expect(failed.effects).toEqual([{ do: 'unfollow' }, { do: 'wait', attempt: 0, atLeastMs: 7_000 }])
    expect(shown(failed.state)).toEqual([1, 10])
    const resumed = steps(failed.state, { t: 'resume' })
    expect(resumed.effects).toEqual([{ do: 'unfollow' }, { do: 'load', limit: 200 }])
    expect(shown(resumed.state)).toEqual([1, 10])
  })
})

describe('older entries', () => {
  const older: TimelineEvent = { t: 'older' }
  const olderPage: TimelineEvent = { t: 'olderPage', page: page(21, 70) }

  test('[SDK-5] they are added once: a page that nobody waits for is left out', () => {
    const loaded = steps(live(71, 120), older, olderPage).state
    expect(shown(loaded)).toEqual([21, 120])
    expect(loaded.loadingOlder).toBe(false)
    expect(shown(steps(live(71, 120), olderPage).state)).toEqual([71, 120])
  })

  test('[SDK-5] they are loaded, and asked for, while the stream waits to be opened again', () => {
    const waiting = steps(live(71, 120), older, ended)
    expect(waiting.state.loadingOlder).toBe(true)
    expect(steps(waiting.state, older).effects).toEqual([])
    expect(shown(steps(waiting.state, olderPage).state)).toEqual([21, 120])
    expect(steps(live(71, 120), ended, older).effects).toEqual([{ do: 'loadOlder', beforeSeq: 71 }])
  })

  test('[SDK-5] none are asked for before the first page, nor by a page that has no entry to begin from', () => {
    expect(steps(startTimeline().state, older).effects).toEqual([])
    const empty: TimelineEvent = { t: 'page', page: { ...page(1, 0), hasMore: true } }
    expect(steps(startTimeline().state, empty, older).effects).toEqual([])
  })

  test('[SDK-20] they are asked for before a page that was stored on the device', () => {
    const { state, effects } = startTimeline(page(71, 120))
    expect(effects).toEqual([{ do: 'follow', cursor: '1:120' }])
    expect(state.loadingOlder).toBe(false)
    expect(steps(state, older).effects).toEqual([{ do: 'loadOlder', beforeSeq: 71 }])
  })
})

test('[SDK-2] a stopped timeline closes its stream and keeps what it shows', () => {
  const stopped = steps(live(1, 10), { t: 'stop' })
  expect(stopped.effects).toEqual([{ do: 'unfollow' }])
  expect(shown(stopped.state)).toEqual([1, 10])
})
