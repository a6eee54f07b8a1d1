/** A wait that somebody may cut short. */
export type Pause = {
  /** Resolves after the wait, or at once when it is cut. */
  readonly over: Promise<void>
  cut(): void
}

export function pause(ms: number): Pause {
  let cut = () => {}
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    cut = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  return { over, cut: () => cut() }
}
