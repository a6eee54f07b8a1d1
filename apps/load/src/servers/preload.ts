import { patchesFromEnvironment } from '../patches/seeded-bugs.ts'
import { patchSources, type SourcePatch } from '../patches/source-patch.ts'
import { setBusWeather, takeBusHarm } from './bus-weather.ts'
import { probeQueues, takeFullestQueue } from './queue-probe.ts'
import type { ServerOrder, ServerReport } from './server-messages.ts'

/*
 * Loaded before the real `apps/server/src/main.ts`, which then runs as it is, but for two lines: its bus goes through
 * our hands, and we may ask it how much it keeps. So what is proved is what is shipped.
 */

const ownBus: SourcePatch = {
  file: 'apps/server/src/compose.ts',
  find: 'const bus = openBus({ kind: config.bus, connectionString, log })',
  replace: `const { harmBus } = await import(${JSON.stringify(new URL('bus-weather.ts', import.meta.url).href)})
  const bus = harmBus(openBus({ kind: config.bus, connectionString, log }))`,
}

const ownCore: SourcePatch = {
  file: 'apps/server/src/compose.ts',
  find: 'await core.start()',
  replace: `await core.start()
  const { probeCore } = await import(${JSON.stringify(new URL('core-probe.ts', import.meta.url).href)})
  probeCore(core)`,
}

patchSources([ownBus, ownCore, ...patchesFromEnvironment()])
// Only now: what is imported before that is loaded without its patches.
const { ringBytes, sweepFiles } = await import('./core-probe.ts')
probeQueues()

process.on('message', ({ nr, order }: { nr: number; order: ServerOrder }) => {
  obey(order).then(
    (value) => process.send?.({ nr, value }),
    (error: unknown) => process.send?.({ nr, error: String(error) }),
  )
})

async function obey(order: ServerOrder): Promise<ServerReport | null> {
  if (order.t === 'report') return report()
  if (order.t === 'bus') setBusWeather(order.weather)
  if (order.t === 'sweep') await sweepFiles()
  return null
}

function report(): ServerReport {
  return { bus: takeBusHarm(), queue: takeFullestQueue(), ...ringBytes(), rss: process.memoryUsage.rss() }
}
