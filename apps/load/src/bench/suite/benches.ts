import { sends } from '../sends/sends.ts'
import type { Bench } from './bench.ts'

/** Every part, in the order of the report. */
export const benches: readonly Bench[] = [sends]
