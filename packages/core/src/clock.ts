/** The wall clock, for session ends and timers. Order in a log never uses it. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }
