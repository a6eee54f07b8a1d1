/** So many lines, and so many messages that wait for their acknowledgement on each. */
export type SendLevel = { inFlight: number; lines: number; perLine: number }

/** A socket of the product takes sixteen calls at once, so 512 need 32 lines; with 512 lines no frame carries two sends. */
export const sendLevels: readonly SendLevel[] = [
  { inFlight: 1, lines: 1, perLine: 1 },
  { inFlight: 16, lines: 16, perLine: 1 },
  { inFlight: 64, lines: 32, perLine: 2 },
  { inFlight: 512, lines: 32, perLine: 16 },
  { inFlight: 512, lines: 512, perLine: 1 },
]

export type SendPlan = { rounds: number; levels: readonly SendLevel[]; times: SendTimes }

export type SendTimes = { warmMs: number; measureMs: number }

/** What one contender did at one level in one round. Times in milliseconds, CPU in microseconds a message. */
export type SendFigures = {
  perSecond: number
  p50: number
  p99: number
  /** Null where there is no server between the sender and PostgreSQL. */
  serverUs: number | null
  /** Null where PostgreSQL stores nothing. */
  databaseUs: number | null
  /** Messages that the server did not take because it was overloaded. */
  unavailable: number
  /** The load generator, which shares the machine. */
  senderUs: number
}

export type SendContender = {
  name: string
  /** Throws when an acknowledged message is not stored, or the other way round. */
  run(level: SendLevel, times: SendTimes): Promise<SendFigures>
}
