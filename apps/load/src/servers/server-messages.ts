import type { BusHarm, BusWeather } from '@deskbell/testkit/faults/lossy-bus'

/** What the run orders of a server process. */
export type ServerOrder = { t: 'bus'; weather: BusWeather } | { t: 'report' } | { t: 'sweep' }

/** What a server process reports of itself, on `report`. */
export type ServerReport = {
  /** Since the last report. */
  bus: BusHarm
  /** The most bytes that waited for one socket since the last report. */
  queue: number
  /** What all rings hold together, and may. */
  rings: number
  ringsMax: number
  rss: number
}
