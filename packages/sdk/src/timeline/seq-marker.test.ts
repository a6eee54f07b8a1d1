import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { SeqMarker } from './seq-marker.ts'

let told: number[]
let fault: unknown
let marker: SeqMarker

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  fault = null
  const tell = async (seq: number) => {
    told.push(seq)
    if (fault !== null) throw fault
  }
  marker = new SeqMarker({ tell, random: () => 0.5 })
})

afterEach(() => {
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

describe('SeqMarker', () => {
  test('[SDK-19] at most one mark a second is sent, the newest one, and never a lower one', async () => {
    for (const seq of [1, 2, 5, 3]) marker.mark(seq)
    expect(told).toEqual([1])
    await tick(1_000)
    expect(told).toEqual([1, 5])
    marker.mark(4)
    await tick(5_000)
    expect(told).toEqual([1, 5])
  })

  test('[SDK-19] a mark whose call was lost is sent again, one that was refused is not', async () => {
    fault = new Error('The connection broke.')
    marker.mark(3)
    await tick(1_000)
    expect(told).toEqual([3, 3])
    fault = new SdkError('not_found')
    await tick(60_000)
    expect(told).toEqual([3, 3, 3])
  })

  test('[SDK-19] a pending mark is sent when the follower stops', async () => {
    marker.mark(1)
    marker.mark(9)
    marker.stop()
    await tick(60_000)
    expect(told).toEqual([1, 9])
  })

  test('[SDK-19] a mark that was sent is not sent again at the end', async () => {
    marker.mark(4)
    await tick(1_000)
    marker.stop()
    await tick()
    expect(told).toEqual([4])
  })

  test('[SDK-4] a mark that is lost for long is sent more and more rarely', async () => {
    fault = new Error('The connection broke.')
    marker.mark(3)
    await tick(15_000)
    const before = told.length
    expect(before).toBeGreaterThan(6)
    await tick(60_000)
    expect(told.length - before).toBeLessThan(10)
  })

  test('[SDK-19] [SDK-2] a marker that is stopped during a call leaves no timer', async () => {
    marker.mark(4)
    marker.stop()
    await tick()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[SDK-19] [SDK-2] a stopped marker leaves no timer', async () => {
    marker.mark(4)
    await tick()
    expect(vi.getTimerCount()).toBe(1)
    marker.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
