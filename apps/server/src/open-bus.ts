import type { Bus } from '@deskbell/bus/bus'
import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { createPostgresBus } from '@deskbell/bus/postgres-bus'
import type { Log } from '@deskbell/core/log'

export type BusOptions = { kind: 'memory' | 'postgres'; connectionString: string; log: Log }

export function openBus({ kind, connectionString, log }: BusOptions): Bus {
  switch (kind) {
    case 'memory':
      return createInProcessBus()
    case 'postgres':
      return createPostgresBus({ connectionString, log })
  }
}
