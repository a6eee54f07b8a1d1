import { latency } from '../latency/latency.ts'
import { reconnect } from '../reconnect/reconnect.ts'
import { sends } from '../sends/sends.ts'
import type { Bench } from './bench.ts'

/** Every part, in the order of the report. */
export const benches: readonly Bench[] = [sends, latency, reconnect]
