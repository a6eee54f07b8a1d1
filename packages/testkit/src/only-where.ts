declare module 'vitest' {
  interface TaskMeta {
    skipReason?: string
  }
}

/**
 * Options of a test or a suite that cannot run everywhere. Where `isPossible` is falsy it is skipped, and the end of the
 * run lists it with the reason.
 */
export function onlyWhere(isPossible: unknown, reason: string) {
  return { skip: !isPossible, meta: { skipReason: reason } }
}
