import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeOutboxStorage, row } from '../../testing/outbox/outbox-storage-contract.ts'
import { FallbackStorage } from './fallback-storage.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { OutboxStorage } from './outbox-storage.ts'

const noDevice = async (): Promise<OutboxStorage> => {
  throw new DOMException('Not in a private window.', 'SecurityError')
}

describeOutboxStorage('a device that works', async () => {
  const device = new MemoryStorage()
  const open = () => new FallbackStorage({ open: async () => device, onDevice: () => {} })
  return { here: open(), there: open() }
})

describeOutboxStorage('a device that is refused', async () => {
  const storage = new FallbackStorage({ open: noDevice, onDevice: () => {} })
  return { here: storage, there: storage }
})

/** A device that breaks after `calls` more calls. */
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
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const storage = new FallbackStorage({ open: async () => device, onDevice })
    await storage.add([row('a')])
    await storage.add([row('b')])
    await storage.remove([row('a')])
    await storage.add([row('c')])
    expect(await storage.read()).toMatchObject([row('b'), row('c')])
    expect(storage.isKept).toBe(false)
    expect(onDevice.mock.calls).toEqual([[false]])
    storage.close()
  })

  test('[SDK-10] a device that broke in use is not opened again: other tabs continue with its rows', async () => {
    const device = new BreakingDevice(1)
    const open = vi.fn(async () => device)
    const storage = new FallbackStorage({ open, onDevice: () => {} })
    await storage.add([row('a')])
    await storage.add([row('b')])
    device.calls = Number.POSITIVE_INFINITY
    await device.remove([row('a')])
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(open).toHaveBeenCalledOnce()
    expect(await device.read()).toEqual([])
    expect(await storage.read()).toMatchObject([row('a'), row('b')])
    storage.close()
  })

  test('[SDK-10] rows of another program are not lost with the device, once they were read', async () => {
    const device = new BreakingDevice(2)
    await device.add([row('theirs')])
    const storage = new FallbackStorage({ open: async () => device, onDevice: () => {} })
    await storage.read()
    await storage.add([row('mine')])
    expect(await storage.read()).toMatchObject([row('theirs'), row('mine')])
    storage.close()
  })

  test('[SDK-21] opening a refused device is retried, less and less often', async () => {
    let asked = 0
    const open = async (): Promise<OutboxStorage> => {
      asked += 1
      throw new DOMException('Not now.', 'InvalidStateError')
    }
    const storage = new FallbackStorage({ open, onDevice: () => {} })
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(20)
    storage.close()
    const before = asked
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(asked).toBe(before)
  })

  test('[SDK-21] calls wait three seconds for a slow device, and it gets everything when it opens', async () => {
    const late = Promise.withResolvers<OutboxStorage>()
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const storage = new FallbackStorage({ open: () => late.promise, onDevice })
    const added = storage.add([row('a')])
    const read = storage.read()
    await vi.advanceTimersByTimeAsync(2_999)
    expect(onDevice).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await added
    expect(await read).toMatchObject([row('a')])
    await storage.add([row('gone')])
    await storage.remove([row('gone')])
    const device = new MemoryStorage()
    await device.add([row('old'), row('gone')])
    late.resolve(device)
    await vi.advanceTimersByTimeAsync(0)
    expect(await device.read()).toMatchObject([row('old'), row('a')])
    expect(await storage.read()).toEqual(await device.read())
    expect(onDevice.mock.calls).toEqual([[false], [true]])
    storage.close()
  })

  test('[SDK-10] a device that opens after close is closed again', async () => {
    const late = Promise.withResolvers<OutboxStorage>()
    const storage = new FallbackStorage({ open: () => late.promise, onDevice: () => {} })
    void storage.read()
    storage.close()
    const device = new MemoryStorage()
    const close = vi.spyOn(device, 'close')
    late.resolve(device)
    await vi.advanceTimersByTimeAsync(0)
    expect(close).toHaveBeenCalled()
  })
})
