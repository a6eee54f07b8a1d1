import type { Bus, BusLogger } from './bus.ts'
import { Listeners } from './listeners.ts'

/** For a server with one process. `publish` calls the subscribers, and no hint is lost. */
export function createInProcessBus(options: { log?: BusLogger } = {}): Bus {
  const listeners = new Listeners(options.log)
  return {
    publish: (hint) => listeners.deliver(hint),
    subscribe: (listener) => listeners.add(listener),
    start: async () => {},
    stop: async () => {},
  }
}
