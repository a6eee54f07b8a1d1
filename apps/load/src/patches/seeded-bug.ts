import type { SourcePatch } from './source-patch.ts'

/** A defect that the checker must find, put into the real source. */
export type SeededBug = {
  /** What is broken, in a sentence. */
  what: string
  /** Any of these catches it; the first is the one that is expected. */
  caughtBy: readonly string[]
  /** Why no check sees it; `caughtBy` is then empty. */
  missedBecause?: string
  /** In which it shows: hints lost, all hints lost in calm, all delivered in calm, lines cut, servers killed. */
  weather: BugWeather
  patches: readonly SourcePatch[]
  /** What holds it back in the database, undone. */
  sql?: string
}

export type BugWeather = 'lossy' | 'mute' | 'delivering' | 'cuts' | 'kills'
