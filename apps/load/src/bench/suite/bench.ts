/** One part of the suite: contenders that run in turns, so that a noisy machine harms all of them alike. */
export type Bench<Raw = unknown> = {
  /** As on the command line: `pnpm bench --only sends`. */
  name: string
  title: string
  measure(options: BenchOptions): Promise<Measured<Raw>>
  /** Reads the figures as they come from the JSON and nothing else, so a kept part is computed again at any time. */
  report(raw: Raw): BenchResult
}

/** Plain data that survives JSON: every figure of every run, in the order in which they ran. */
export type Measured<Raw> = { rounds: number; raw: Raw }

export type BenchOptions = {
  /** A smoke test: everything runs once and briefly, and no figure means anything. */
  quick: boolean
  /** How often each contender runs, when it is not as often as usual. */
  rounds: number | null
  /** How long something is watched that must not grow, when it is not as long as usual. */
  minutes: number | null
  log: (line: string) => void
}

/** How often each contender runs. */
export function roundsOf({ quick, rounds }: Pick<BenchOptions, 'quick' | 'rounds'>, usual: number): number {
  return quick ? 1 : (rounds ?? usual)
}

export type BenchResult = {
  /** Markdown: what ran and how, with the versions of the peers. */
  about: string
  tables: BenchTable[]
  targets: BenchTarget[]
}

export type BenchTable = { caption: string; columns: string[]; rows: string[][] }

/** `met` is null when nothing could be measured here, such as a peer that is not installed. */
export type BenchTarget = { what: string; target: string; measured: string; met: boolean | null }
