import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { endChild } from '../suite/child-program.ts'
import { settledMemory } from './settled-memory.ts'

test('[BENCH-9] memory that never settles is no figure', async () => {
  await using growing = run('const kept = []; setInterval(() => kept.push(Buffer.alloc(2 ** 20, 1)), 20)')
  await expect(settledMemory(growing.pid, { samplesMax: 8 })).rejects.toThrow('did not settle in 2 s')
})

test('[BENCH-9] memory that has stopped changing is one', async () => {
  await using quiet = run('setInterval(() => {}, 60_000)')
  expect(await settledMemory(quiet.pid, { stableSamples: 2 })).toBeGreaterThan(10 * 1024 ** 2)
})

function run(program: string) {
  const child = spawn(process.execPath, ['--eval', program], { stdio: 'ignore' })
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => endChild(child) }
}
