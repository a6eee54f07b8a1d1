import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ResumeGate } from './resume-gate.ts'

let onOpen: ReturnType<typeof vi.fn<() => void>>
let gate: ResumeGate

beforeEach(() => {
  vi.useFakeTimers()
  onOpen = vi.fn<() => void>()
  gate = new ResumeGate(onOpen)
})
afterEach(() => vi.useRealTimers())

const wait = (ms: number) => vi.advanceTimersByTime(ms)

describe('ResumeGate', () => {
  test('[SDK-11] messages of a chat that is not shown wait for no log', () => {
    expect([gate.isOpen, gate.hasResumed, gate.isWatched]).toEqual([true, true, false])
  })

  test('[SDK-11] those of a shown chat wait until one log has resumed, and wait again when it is lost', () => {
    const [first, second] = [gate.watch(), gate.watch()]
    expect([gate.isOpen, gate.hasResumed, gate.isWatched]).toEqual([false, false, true])
    second.resumed()
    expect([gate.isOpen, gate.hasResumed]).toEqual([true, true])
    first.lost()
    expect(gate.isOpen).toBe(true)
    second.lost()
    expect([gate.isOpen, gate.hasResumed]).toEqual([false, false])
    expect(onOpen).toHaveBeenCalledOnce()
  })

  test('[SDK-11] a log that says the same again changes nothing', () => {
    const watcher = gate.watch()
    watcher.lost()
    expect(onOpen).not.toHaveBeenCalled()
    watcher.resumed()
    watcher.resumed()
    expect(onOpen).toHaveBeenCalledOnce()
  })

  test('[SDK-11] the last log that is waited for opens the gate by leaving, and an earlier one does not', () => {
    const [first, second] = [gate.watch(), gate.watch()]
    first.leave()
    expect(onOpen).not.toHaveBeenCalled()
    second.leave()
    expect(onOpen).toHaveBeenCalledOnce()
    expect([gate.isOpen, gate.isWatched]).toEqual([true, false])
  })

  test('[SDK-11] what a log says after it has left is ignored', () => {
    const watcher = gate.watch()
    watcher.leave()
    watcher.resumed()
    watcher.lost()
    expect([gate.isOpen, gate.isWatched]).toEqual([true, false])
    expect(onOpen).toHaveBeenCalledOnce()
  })

  test('[SDK-11] five seconds after the first question the gate opens without the log', () => {
    gate.watch()
    wait(60_000)
    expect(gate.isOpen).toBe(false)
    wait(3_000)
    expect(gate.isOpen).toBe(false)
    wait(1_999)
    expect(onOpen).not.toHaveBeenCalled()
    wait(1)
    expect(onOpen).toHaveBeenCalledOnce()
    expect([gate.isOpen, gate.hasResumed]).toEqual([true, false])
  })

  test('[SDK-11] a log that resumed and was lost again has five seconds of its own', () => {
    const watcher = gate.watch()
    expect(gate.isOpen).toBe(false)
    wait(3_000)
    watcher.resumed()
    watcher.lost()
    expect(gate.isOpen).toBe(false)
    wait(4_999)
    expect(gate.isOpen).toBe(false)
    wait(1)
    expect(gate.isOpen).toBe(true)
    watcher.resumed()
    watcher.lost()
    expect(gate.isOpen).toBe(false)
  })

  test('[SDK-11] a closed gate opens no more, and leaves no timer', () => {
    gate.watch()
    expect(gate.isOpen).toBe(false)
    gate.close()
    expect(vi.getTimerCount()).toBe(0)
    wait(10_000)
    expect(onOpen).not.toHaveBeenCalled()
  })
})
