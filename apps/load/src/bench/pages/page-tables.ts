import type { BenchTable, BenchTarget } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import type { BusyList } from './busy-list.ts'
import type { LoadRun } from './measure-loads.ts'
import type { Quickness } from './measure-quickness.ts'
import type { Load, LongTasks } from './page-probe.ts'
import type { Scroll } from './scroll-thread.ts'

export type Scrolled = Scroll & { readonly name: string; readonly gesture: string }
type Loads = ReadonlyMap<string, readonly LoadRun[]>

/** In thousands of bytes, as the targets are given. */
const limits = [
  { page: 'sign-in', most: 85 },
  { page: 'client', most: 120 },
  { page: 'console', most: 180 },
]

export function pageTables(loads: Loads, scrolled: readonly Scrolled[]): BenchTable[] {
  return [
    {
      caption: 'First loads (page, messages in its chat)',
      columns: [
        'page',
        'JavaScript, kB',
        'later, kB',
        'interactive, ms',
        'long tasks',
        'their sum, ms',
        'layout shift',
      ],
      rows: [...loads].map(([name, of]) => loadRow(name, of)),
    },
    {
      caption: 'Scrolling and sending, one run each',
      columns: ['page', 'what', 's', 'frames', 'dropped', 'long tasks', 'sum, ms', 'longest, ms', 'rows at most'],
      rows: scrolled.map(scrollRow),
    },
  ]
}

export function pageTargets(loads: Loads): BenchTarget[] {
  return limits.map(({ page, most }) => {
    const bytes = [...loads].flatMap(([name, of]) =>
      name.startsWith(page) ? of.map(({ load }) => load.scriptBytes) : [],
    )
    const what = `first load of the ${page} page, gzipped JavaScript`
    if (bytes.length === 0) return { what, target: `≤ ${most} kB`, measured: '', met: null }
    const worst = Math.max(...bytes) / 1_000
    return {
      what,
      target: `≤ ${most} kB`,
      measured: `${worst.toFixed(1)} kB, the most of ${bytes.length}`,
      met: worst <= most,
    }
  })
}

export function quicknessTable(quick: Quickness): BenchTable {
  const row = (what: string, values: readonly number[]) => [what, spreadText(spreadOf(values), 1)]
  return {
    caption: 'From what somebody does to what stands in the document',
    columns: ['what', 'ms'],
    rows: [
      row('the press of Sign in, to a field that takes a message', quick.signInMs),
      row('Enter, to the own message', quick.ownMessageMs),
      row(
        'a press on a row that no pointer came near, to messages of a chat that was not open before',
        quick.coldSwitchMs,
      ),
      row('the same, of a row that the pointer has rested on for 150 ms', quick.firstSwitchMs),
      row('the same, of a chat that was open before', quick.switchMs),
    ],
  }
}

export function quicknessTargets(quick: Quickness | null): BenchTarget[] {
  const target = (what: string, most: number, values: readonly number[] | undefined): BenchTarget => {
    if (values === undefined) return { what, target: `≤ ${most} ms`, measured: '', met: null }
    const spread = spreadOf(values)
    const measured = `${spreadText(spread, 1)} ms`
    return { what, target: `≤ ${most} ms`, measured, met: spread.median <= most }
  }
  return [
    target('from the sign-in to a field that takes a message, median', 300, quick?.signInMs),
    target('from Enter to the own message, median', 16, quick?.ownMessageMs),
    target('a switch to a chat that was open before, median', 50, quick?.switchMs),
    target('a switch to a chat that was not, median', 50, quick?.firstSwitchMs),
  ]
}

export function busyListTable(busy: BusyList): BenchTable {
  const { chats, perSecond, minutes, sent, longTasks, heapStartMb, heapEndMb, elements } = busy
  return {
    caption: "An operator's list while messages come, one run",
    columns: [
      'chats',
      'messages a second',
      'minutes',
      'messages',
      'long tasks',
      'sum, ms',
      'longest, ms',
      'memory before, MB',
      'after, MB',
      'elements',
    ],
    rows: [
      [
        String(chats),
        String(perSecond),
        String(minutes),
        String(sent),
        ...taskCells(longTasks),
        heapStartMb.toFixed(1),
        heapEndMb.toFixed(1),
        String(elements),
      ],
    ],
  }
}

/** More than this is growth, and not what happens to stand there at the moment of looking. */
const heapGrowthMost = 1.1

export function busyListTargets(busy: BusyList | null): BenchTarget[] {
  const what = busy === null ? 'a busy list' : `a list of ${busy.chats} chats at ${busy.perSecond} messages a second`
  return [
    {
      what: `${what}: the longest task`,
      target: '≤ 50 ms',
      measured:
        busy === null ? '' : busy.longTasks.count === 0 ? '≤ 50 ms' : `${busy.longTasks.longestMs.toFixed(0)} ms`,
      met: busy && busy.longTasks.count === 0,
    },
    {
      what: `${what}: memory at the end`,
      target: '≤ 110 % of the beginning',
      measured: busy === null ? '' : `${((100 * busy.heapEndMb) / busy.heapStartMb).toFixed(0)} %`,
      met: busy && busy.heapEndMb <= busy.heapStartMb * heapGrowthMost,
    },
  ]
}

function loadRow(name: string, runs: readonly LoadRun[]): string[] {
  const spread = (read: (load: Load) => number, digits = 0) =>
    spreadText(spreadOf(runs.map(({ load }) => read(load))), digits)
  return [
    name,
    spread((load) => load.scriptBytes / 1_000, 1),
    spread((load) => load.laterScriptBytes / 1_000, 1),
    spread((load) => load.interactiveMs),
    spread((load) => load.longTasks.count),
    spread((load) => load.longTasks.sumMs),
    spread((load) => load.layoutShift, 4),
  ]
}

function scrollRow({ name, gesture, seconds, frames, dropped, longTasks, rowsMost }: Scrolled): string[] {
  const isScroll = frames > 0
  return [
    name,
    gesture,
    isScroll ? seconds.toFixed(0) : '',
    isScroll ? String(frames) : '',
    isScroll ? `${dropped} (${((100 * dropped) / (frames + dropped)).toFixed(1)} %)` : '',
    ...taskCells(longTasks),
    isScroll ? String(rowsMost) : '',
  ]
}

function taskCells({ count, sumMs, longestMs }: LongTasks): string[] {
  return [String(count), sumMs.toFixed(0), longestMs.toFixed(0)]
}
