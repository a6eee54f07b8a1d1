/** Milliseconds of the machine's monotonic clock: one clock for all processes, which no correction moves. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
