import { expect, test } from 'vitest'
import { createSecretsKey, SecretBox } from './secret-box.ts'

const [older, newer] = [createSecretsKey(), createSecretsKey()]

test('[SECRET-1] a sealed secret opens with its key, at its place, and says nothing', () => {
  const box = new SecretBox([older])
  const sealed = box.seal('hush', 'keys/1')
  expect(sealed).not.toContain('hush')
  expect(sealed).not.toBe(box.seal('hush', 'keys/1'))
  expect(box.open(sealed, 'keys/1')).toBe('hush')
  expect(() => box.open(sealed, 'keys/2')).toThrow()
  expect(() => new SecretBox([newer]).open(sealed, 'keys/1')).toThrow(/is missing/)
})

test('[SECRET-1] nothing that was changed opens', () => {
  const box = new SecretBox([older])
  const sealed = box.seal('hush', 'keys/1')
  const start = sealed.lastIndexOf('.') + 1
  for (let at = start; at < sealed.length - 1; at += 1) {
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    expect(() => box.open(changed, 'keys/1'), `character ${at}`).toThrow()
  }
  for (const text of ['', 'hush', sealed.slice(0, start), `${sealed.slice(0, start)}AAAA`])
    expect(() => box.open(text, 'keys/1'), text).toThrow()
})

test('[SECRET-2] of several keys the first one seals, and each opens', () => {
  const rotated = new SecretBox([newer, older])
  expect(rotated.open(new SecretBox([older]).seal('hush', 'a'), 'a')).toBe('hush')
  expect(new SecretBox([newer]).open(rotated.seal('hush', 'a'), 'a')).toBe('hush')
  expect(rotated.keyId).toBe(new SecretBox([newer]).keyId)
})

test.each([[], [''], ['short'], [`${createSecretsKey()}=`], [createSecretsKey().slice(1)]])(
  '[SECRET-1] %j is no key',
  (...texts) => {
    expect(() => new SecretBox(texts)).toThrow()
  },
)
