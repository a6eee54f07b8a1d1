import { fanOut } from '../fan-out/fan-out.ts'
import { growthBench } from '../growth/growth-bench.ts'
import { idle } from '../idle/idle.ts'
import { latency } from '../latency/latency.ts'
import { memory } from '../memory/memory.ts'
import { serverMemory } from '../memory/server-memory.ts'
import { migrationBench } from '../migration/migration-bench.ts'
import { neighbour } from '../neighbour/neighbour.ts'
import { pagesBench } from '../pages/pages-bench.ts'
import { reconnect } from '../reconnect/reconnect.ts'
import { sends } from '../sends/sends.ts'
import { signIns } from '../sign-ins/sign-ins.ts'
import { start } from '../start/start.ts'
import { uploads } from '../uploads/uploads.ts'
import type { Bench } from './bench.ts'

/** Every part, in the order of the report. */
export const benches: readonly Bench[] = [
  sends,
  fanOut,
  memory,
  latency,
  reconnect,
  neighbour,
  signIns,
  uploads,
  growthBench,
  migrationBench,
  pagesBench,
  serverMemory,
  idle,
  start,
]
