import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lockedPackages, lockText, root, workspaceSettings } from './lock-file.ts'

const manifestSchema = z.object({ name: z.string(), scripts: z.record(z.string(), z.string()).default({}) })

test('[SUP-3] every package of the lock file comes from the registry by version, with a sha512', () => {
  const packages = lockedPackages()
  expect(packages.length).toBeGreaterThan(500)
  for (const { name, version, resolution } of packages) {
    expect(Object.keys(resolution), `${name}@${version}`).toEqual(['integrity'])
    expect(resolution['integrity'], `${name}@${version}`).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/)
  }
})

test('[SUP-3] the lock file names no address: no registry, no tarball, no repository', () => {
  expect(lockText).not.toMatch(/\w+:\/\/|git\+|github:|\btarball:|(?<![\w-])file:/)
})

test('[SUP-4] a release is taken once it is a week old, and an unlisted install script stops the install', () => {
  expect(workspaceSettings.minimumReleaseAge).toBeGreaterThanOrEqual(7 * 24 * 60)
  expect(workspaceSettings.strictDepBuilds).toBe(true)
})

test('[SUP-4] only listed packages have an install script', () => {
  const manifests = globSync('node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json', { cwd: root })
  expect(manifests.length).toBeGreaterThan(500)
  const withScript = manifests.flatMap((file) => {
    const { name, scripts } = manifestSchema.parse(JSON.parse(readFileSync(`${root}${file}`, 'utf8')))
    return (scripts['preinstall'] ?? scripts['install'] ?? scripts['postinstall']) ? [name] : []
  })
  // The packages of other platforms are not installed here.
  const listed = Object.keys(workspaceSettings.allowBuilds)
  expect([...new Set(withScript)].filter((name) => !listed.includes(name))).toEqual([])
  expect(withScript).toContain('esbuild')
})
