import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FallbackStorage } from './fallback-storage.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { OutboxStorage } from './outbox-storage.ts'
import { describeOutboxStorage, row } from './outbox-storage-contract.ts'

const noDevice = async (): Promise<OutboxStorage> => {
  throw new DOMException('Not in a private window.', 'SecurityError')
}

describeOutboxStorage('a device that works', async () => {
  const device = new MemoryStorage()
  const open = () => new FallbackStorage({ open: async () => device, onLost: () => {} })
  return { here: open(), there: open() }
})

describeOutboxStorage('a device that is refused', async () => {
  const storage = new FallbackStorage({ open: noDevice, onLost: () => {} })
  return { here: storage, there: storage }
})

/** A device that breaks at the call after `calls` more. */
class BreakingDevice extends MemoryStorage {
  calls: number

  constructor(calls: number) {
    super()
    this.calls = calls
  }

  override async read(...input: Parameters<OutboxStorage['read']>) {
    this.#use()
    return await super.read(...input)
  }

  override async add(...input: Parameters<OutboxStorage['add']>) {
    this.#use()
    await super.add(...input)
  }

  override async remove(...input: Parameters<OutboxStorage['remove']>) {
    this.#use()
    await super.remove(...input)
  }

  #use(): void {
    if (this.calls === 0) throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
    this.calls -= 1
  }
}

describe('FallbackStorage', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test.each([0, 1, 2, 3, 4])('[SDK-10] a device that breaks after %i calls loses nothing', async (calls) => {
    const device = new BreakingDevice(calls)
    const onLost = vi.fn<() => void>()
    const storage = new FallbackStorage({ open: async () => device, onLost })
    await storage.add([row('a')])
    await storage.add([row('b')])
    await storage.remove([row('a')])
    await storage.add([row('c')])
    expect(await storage.read()).toMatchObject([row('b'), row('c')])
    expect(storage.isKept).toBe(false)
    expect(onLost).toHaveBeenCalledOnce()
  })

  test('[SDK-10] what another program put on the device is not lost with it, once it was seen', async () => {
    const device = new BreakingDevice(2)
    await device.add([row('theirs')])
    const storage = new FallbackStorage({ open: async () => device, onLost: () => {} })
    await storage.read()
    await storage.add([row('mine')])
    expect(await storage.read()).toMatchObject([row('theirs'), row('mine')])
  })

  test('[SDK-10] a device that hangs is given up after a while', async () => {
    const never = new Promise<OutboxStorage>(() => {})
    const onLost = vi.fn<() => void>()
    const storage = new FallbackStorage({ open: () => never, onLost })
    const added = storage.add([row('a')])
    const read = storage.read()
    expect(storage.isKept).toBe(true)
    await vi.advanceTimersByTimeAsync(3_000)
    await added
    expect(await read).toMatchObject([row('a')])
    expect(onLost).toHaveBeenCalledOnce()
  })

  test('[SDK-10] a device that comes after it was given up is closed again', async () => {
    const late = Promise.withResolvers<OutboxStorage>()
    const storage = new FallbackStorage({ open: () => late.promise, onLost: () => {} })
    void storage.read()
    await vi.advanceTimersByTimeAsync(3_000)
    const device = new MemoryStorage()
    const close = vi.spyOn(device, 'close')
    late.resolve(device)
    await vi.advanceTimersByTimeAsync(0)
    expect(close).toHaveBeenCalledOnce()
  })
})
