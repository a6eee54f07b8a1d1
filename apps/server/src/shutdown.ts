import type { Logger } from '@deskbell/core/logger'

export type ShutdownOptions = {
  stop: () => Promise<void>
  log: Logger
  exit: (code: number) => void
  /** Time limit of the whole stop, in milliseconds. */
  boundMs?: number
}

export type Shutdown = {
  /** Begins the stop. Later calls do nothing. */
  request(reason: string): void
  /** Like `request`, but a signal during a stop ends the process at once, with exit code 1. */
  signal(name: string): void
}

/** One Ctrl-C may arrive twice, from the terminal and from npm. A signal so soon after the first is ignored. */
const sameSignalMs = 500

/** Ends the process once: with exit code 0 after a clean stop, with 1 when the stop fails or exceeds its time limit. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { stop, log, exit, boundMs = 10_000 } = options
  let beganAt: number | null = null

  function request(reason: string): void {
    if (beganAt !== null) return
    beganAt = Date.now()
    log.info({ reason }, 'Stopping')
    const bound = setTimeout(() => {
      log.error({ boundMs }, 'The stop took too long')
      exit(1)
    }, boundMs)
    void stop()
      .then(
        () => 0,
        (error: unknown) => {
          log.error({ err: error }, 'The stop failed')
          return 1
        },
      )
      .then((code) => {
        clearTimeout(bound)
        if (code === 0) log.info({}, 'Stopped')
        exit(code)
      })
  }

  return {
    request,
    signal(name) {
      if (beganAt === null) return request(name)
      if (Date.now() - beganAt < sameSignalMs) return
      log.warn({ reason: name }, 'Stopping at once')
      exit(1)
    },
  }
}
