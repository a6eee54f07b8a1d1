import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toolsDir } from '../paths.mjs'
import { withLock } from './lock.mjs'

const name = `test-${process.pid}`

test('two that want the same lock work one after the other', async () => {
  const steps = []
  const work = (who) => async () => {
    steps.push(`${who} in`)
    await new Promise((resolve) => setImmediate(resolve))
    steps.push(`${who} out`)
  }
  await Promise.all([withLock(name, work('first')), withLock(name, work('second'))])
  expect(steps).toEqual(['first in', 'first out', 'second in', 'second out'])
})

test('the lock of one that was killed is taken over', async () => {
  const { pid } = spawnSync('true')
  mkdirSync(toolsDir, { recursive: true })
  writeFileSync(join(toolsDir, `${name}.lock`), String(pid))
  expect(await withLock(name, async () => 'done')).toBe('done')
})

test('work that fails lets go of the lock', async () => {
  await expect(withLock(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(name, async () => 'done')).toBe('done')
})
