import type { Bus } from '@deskbell/bus/bus'
import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { createPostgresBus } from '@deskbell/bus/postgres-bus'
import type { Logger } from '@deskbell/core/logger'

export type BusOptions = { kind: 'memory' | 'postgres'; connectionString: string; log: Logger }

export function openBus({ kind, connectionString, log }: BusOptions): Bus {
  switch (kind) {
    case 'memory':
      return createInProcessBus()
    case 'postgres':
      return createPostgresBus({ connectionString, log })
  }
}
