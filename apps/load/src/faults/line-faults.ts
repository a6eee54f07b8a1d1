import type { FaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { between } from '../seeded-random.ts'
import { during, type Fault, type FaultOptions } from './fault.ts'

/** Connections end with a reset, in the middle of whatever they carry. */
export const cutLines: Fault = async (options) => {
  const cut = someProxies(options, 0.5).reduce((sum, proxy) => sum + proxy.cut(), 0)
  return cut > 0
}

/** Half-open: nothing passes, and no end is notified. When it is over the line is dead, as after a change of networks. */
export const freezeLines: Fault = async (options) => {
  const proxies = someProxies(options, 0.3)
  const before = sum(proxies, 'heldBytes')
  for (const proxy of proxies) proxy.freeze()
  await during(options)
  for (const proxy of proxies) proxy.cut()
  return sum(proxies, 'heldBytes') > before
}

export const delayLines: Fault = async (options) => {
  const proxies = someProxies(options, 0.5)
  const before = sum(proxies, 'delayedPieces')
  const latencyMs = between(options.random, 50, 400)
  for (const proxy of proxies) proxy.weather({ latencyMs, jitterMs: latencyMs })
  await during(options)
  for (const proxy of proxies) proxy.weather({ latencyMs: 0, jitterMs: 0 })
  return sum(proxies, 'delayedPieces') > before
}

/** A reader that takes 2 KB a second, or next to nothing. */
export const slowReaders: Fault = async (options) => {
  const proxies = someProxies(options, 0.15)
  const before = sum(proxies, 'trickledBytes')
  const bytesPerSecond = options.random() < 0.5 ? 2_000 : 20
  for (const proxy of proxies) proxy.weather({ bytesPerSecond })
  await during(options)
  for (const proxy of proxies) proxy.weather({ bytesPerSecond: null })
  return sum(proxies, 'trickledBytes') > before
}

/** A share of all lines, but at least one. */
function someProxies({ stage, random }: FaultOptions, share: number): FaultProxy[] {
  const all = [...stage.proxies.values()]
  const chosen = all.filter(() => random() < share)
  return chosen.length > 0 ? chosen : all.slice(0, 1)
}

function sum(proxies: readonly FaultProxy[], name: keyof FaultProxy['harm']): number {
  return proxies.reduce((total, proxy) => total + proxy.harm[name], 0)
}
