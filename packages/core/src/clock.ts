/** The wall clock of the process. Times of log entries never use it: they come from the database. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }
