import { argon2Sync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { passwordHashesWaitingMax } from '@deskbell/contract/limits'
import { expect, onTestFinished, test } from 'vitest'
import { PasswordHasher } from './password-hasher.ts'

function newHasher(): PasswordHasher {
  const hasher = new PasswordHasher()
  onTestFinished(() => hasher.stop())
  return hasher
}

test('[ACC-4] a password matches its hash and no other, and nobody has a password', async () => {
  const hasher = newHasher()
  const [stored, again] = await Promise.all([hasher.hash('violet otter'), hasher.hash('violet otter')])
  expect(again).not.toBe(stored)
  expect(await hasher.matches('violet otter', stored)).toBe(true)
  expect(await hasher.matches('violet Otter', stored)).toBe(false)
  expect(await hasher.matches('violet otter', null)).toBe(false)
  expect(await hasher.matches('violet otter', hasher.unusable())).toBe(false)
})

test('[ACC-4] a hash is that of Argon2id, so stored ones of earlier versions stay valid', async () => {
  const stored = await newHasher().hash('violet otter')
  const [salt = '', hash] = stored.split('$').slice(4)
  const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }
  const expected = argon2Sync('argon2id', { ...cost, message: 'violet otter', nonce: Buffer.from(salt, 'base64') })
  expect(expected.toString('base64').replaceAll('=', '')).toBe(hash)
})

test('[ACC-26] passwords are hashed by threads of a lower priority than the others', async ({ skip }) => {
  skip(process.platform !== 'linux', 'Only under Linux each thread has a priority of its own.')
  const before = new Set(readdirSync('/proc/self/task'))
  await newHasher().hash('violet otter')
  const added = readdirSync('/proc/self/task').filter((thread) => !before.has(thread))
  expect(added.map(nicenessOf)).toContain(Math.min(19, getPriority() + 5))
  expect(nicenessOf(String(process.pid))).toBe(getPriority())
})

/** The seventeenth field after the name, which may have spaces itself. */
function nicenessOf(thread: string): number {
  const [, fields = ''] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(/\) (?=[A-Z] )/)
  return Number(fields.split(' ')[16])
}

test('[ACC-4] a hash that fails is rejected alone, and the next one gets another thread', async () => {
  const hasher = newHasher()
  const broken = `$argon2id$v=19$m=1,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
  const failing = hasher.matches('violet otter', broken)
  const next = hasher.hash('violet otter')
  await expect(failing).rejects.toThrow()
  expect(await hasher.matches('violet otter', await next)).toBe(true)
})

test('[ACC-4] too many that wait are unavailable at once, and those that waited are rejected by a stop', async () => {
  const hasher = newHasher()
  const codes = Array.from({ length: passwordHashesWaitingMax + 10 }, () =>
    hasher.hash('violet otter').then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    ),
  )
  expect(await codes.at(-1)).toBe('unavailable')
  await hasher.stop()
  const ends = new Set(await Promise.all(codes))
  expect([...ends].filter((end) => end !== 'ok')).toEqual(['unavailable'])
  expect(await hasher.matches('violet otter', null)).toBe(false)
})
