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

/** Opens one of these after the other; a null is refused. */
function opensInTurn(devices: (OutboxStorage | null)[]) {
  return vi.fn(async () => devices.shift() ?? (await noDevice()))
}

/** A device of an earlier page, with these rows. */
async function deviceWith(...ids: readonly string[]): Promise<MemoryStorage> {
  const device = new MemoryStorage()
  await device.add(ids.map(row))
  return device
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

describe('FallbackStorage with a device that works', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('[SDK-10] it is used for as long as it works, and no timer is left', async () => {
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const device = new MemoryStorage()
    const storage = new FallbackStorage({ open: async () => device, onDevice })
    await storage.add([row('a')])
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([storage.isKept, storage.isLost]).toEqual([true, false])
    expect(onDevice).not.toHaveBeenCalled()
    const close = vi.spyOn(device, 'close')
    storage.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(close).toHaveBeenCalledOnce()
  })

  test('[SDK-10] when it breaks it is closed, and what it had is in memory only', async () => {
    const device = new BreakingDevice(1)
    const close = vi.spyOn(device, 'close')
    const storage = new FallbackStorage({ open: async () => device, onDevice: () => {} })
    await storage.add([row('a')])
    await storage.read()
    expect(close).toHaveBeenCalledOnce()
    expect([storage.isKept, storage.isLost]).toEqual([false, true])
    storage.close()
  })

  test('[SDK-10] one that does not answer any more is one that broke: memory answers after three seconds', async () => {
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const device = new MemoryStorage()
    const storage = new FallbackStorage({ open: async () => device, onDevice })
    await storage.add([row('a')])
    vi.spyOn(device, 'add').mockReturnValue(new Promise(() => {}))
    const added = storage.add([row('b')])
    await vi.advanceTimersByTimeAsync(2_999)
    expect(onDevice).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await added
    expect(onDevice.mock.calls).toEqual([[false]])
    expect(await storage.read()).toMatchObject([row('a'), row('b')])
    storage.close()
  })
})

describe('FallbackStorage with a device that opens at another try', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const firstRetry = () => vi.advanceTimersByTimeAsync(2_000)

  /** What is written while the device is refused, and what the device has after that. */
  async function moved(device: MemoryStorage, write: (storage: FallbackStorage) => Promise<void>) {
    const storage = new FallbackStorage({ open: opensInTurn([null, device]), onDevice: () => {} })
    await write(storage)
    await firstRetry()
    expect(storage.isKept).toBe(true)
    const rows = await device.read()
    expect(await storage.read()).toEqual(rows)
    storage.close()
    return rows
  }

  test('[SDK-21] the program is told once that it is refused, and once that it works', async () => {
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const device = new MemoryStorage()
    const storage = new FallbackStorage({ open: opensInTurn([null, null, null, device]), onDevice })
    await storage.add([row('a')])
    expect(onDevice.mock.calls).toEqual([[false]])
    await vi.advanceTimersByTimeAsync(13_999)
    expect(onDevice.mock.calls).toEqual([[false]])
    await vi.advanceTimersByTimeAsync(1)
    expect(onDevice.mock.calls).toEqual([[false], [true]])
    expect(await device.read()).toMatchObject([row('a')])
    expect(storage.isLost).toBe(false)
    storage.close()
  })

  test('[SDK-21] what was written meanwhile moves to it, behind what it has', async () => {
    const rows = await moved(await deviceWith('old'), async (storage) => {
      await storage.add([row('a'), row('b')])
      await storage.remove([row('a')])
    })
    expect(rows).toMatchObject([row('old'), row('b')])
  })

  test('[SDK-21] a message that it has already, and a refusal of it, keep their place', async () => {
    const rows = await moved(await deviceWith('a', 'b', 'c'), async (storage) => {
      await storage.add([row('b'), row('a')])
      await storage.change(row('a'), { code: 'chat_closed' }, 'stays')
    })
    expect(rows).toMatchObject([{ ...row('a'), code: 'chat_closed' }, row('b'), row('c')])
  })

  test('[SDK-21] a message that was retried meanwhile goes to the end, whatever happened to it after that', async () => {
    const rows = await moved(await deviceWith('a', 'b', 'c'), async (storage) => {
      await storage.add([row('a'), row('b')])
      for (const each of [row('a'), row('b')]) await storage.change(each, { code: null, waitsSince: 7 }, 'end')
      await storage.change(row('b'), { code: 'chat_closed' }, 'stays')
    })
    expect(rows).toMatchObject([
      row('c'),
      { ...row('a'), code: null, waitsSince: 7 },
      { ...row('b'), code: 'chat_closed', waitsSince: 7 },
    ])
  })

  test('[SDK-21] its rows are not lost, should it break before they are read', async () => {
    const device = await deviceWith('old')
    const storage = new FallbackStorage({ open: opensInTurn([null, device]), onDevice: () => {} })
    await storage.add([row('a')])
    await firstRetry()
    vi.spyOn(device, 'read').mockRejectedValue(new DOMException('The disk is gone.', 'UnknownError'))
    expect(await storage.read()).toMatchObject([row('old'), row('a')])
    storage.close()
  })

  test('[SDK-21] one that breaks while it is filled is closed, and the next one gets everything', async () => {
    const broken = new BreakingDevice(1)
    const close = vi.spyOn(broken, 'close')
    const device = new MemoryStorage()
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const storage = new FallbackStorage({ open: opensInTurn([null, broken, device]), onDevice })
    await storage.add([row('a'), row('b')])
    await firstRetry()
    expect(close).toHaveBeenCalledOnce()
    expect(storage.isKept).toBe(false)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(await device.read()).toMatchObject([row('a'), row('b')])
    expect(onDevice.mock.calls).toEqual([[false], [true]])
    storage.close()
  })

  test('[SDK-21] the wait for it does not keep a program of Node alive', async () => {
    // The clock puts back what it finds here, which a spy would not be.
    const real = globalThis.setTimeout
    const start = vi.fn((callback: () => void, ms?: number) => real(callback, ms))
    Reflect.set(globalThis, 'setTimeout', start)
    const storage = new FallbackStorage({ open: noDevice, onDevice: () => {} })
    await storage.read()
    Reflect.set(globalThis, 'setTimeout', real)
    const retry = start.mock.results[start.mock.calls.findIndex(([, ms]) => ms === 2_000)]?.value
    expect(retry?.hasRef()).toBe(false)
    storage.close()
  })
})

describe('FallbackStorage that is closed', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('[SDK-10] reports nothing more, and closes a device that opens much later', async () => {
    const late = Promise.withResolvers<OutboxStorage>()
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const storage = new FallbackStorage({ open: () => late.promise, onDevice })
    void storage.add([row('a')])
    await vi.advanceTimersByTimeAsync(3_000)
    storage.close()
    const device = new MemoryStorage()
    const close = vi.spyOn(device, 'close')
    late.resolve(device)
    await vi.advanceTimersByTimeAsync(0)
    expect(close).toHaveBeenCalledOnce()
    expect(onDevice.mock.calls).toEqual([[false]])
  })

  test.each([
    { when: 'a slow device', open: () => new Promise<OutboxStorage>(() => {}) },
    { when: 'a refused device', open: noDevice },
  ])('[SDK-10] with $when it reports nothing more, and is tried no more', async ({ open }) => {
    const onDevice = vi.fn<(isWorking: boolean) => void>()
    const opened = vi.fn(open)
    new FallbackStorage({ open: opened, onDevice }).close()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(opened).toHaveBeenCalledOnce()
    expect(onDevice).not.toHaveBeenCalled()
  })
})
