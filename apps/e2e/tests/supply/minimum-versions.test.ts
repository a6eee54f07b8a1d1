import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lockedPackages, root } from './lock-file.ts'

type Minimum = { name: string; from: string[]; advisory: string }

/**
 * The first version without the named hole, one for each major line that has been repaired; a newer major has the repair
 * too. A line is added when an advisory about a package of the lock file comes out.
 */
const minimums: Minimum[] = [
  { name: 'ws', from: ['8.21.0'], advisory: 'CVE-2024-37890, CVE-2026-48779: headers, tiny fragments' },
  { name: 'fastify', from: ['5.8.5'], advisory: 'CVE-2026-25223, CVE-2026-3635, CVE-2026-33806: content types, hosts' },
  { name: '@fastify/static', from: ['9.1.1'], advisory: 'CVE-2026-6410, CVE-2026-6414: paths' },
  { name: '@trpc/server', from: ['11.1.1'], advisory: 'CVE-2025-43855: connectionParams end the server' },
  { name: 'drizzle-orm', from: ['0.45.2'], advisory: 'CVE-2026-39356: SQL in identifiers' },
  { name: 'ajv', from: ['8.18.0'], advisory: 'CVE-2025-69873: patterns of $data' },
  { name: 'socket.io-parser', from: ['4.2.6'], advisory: 'CVE-2026-33151: attachments without limit' },
  { name: 'yaml', from: ['2.8.3'], advisory: 'CVE-2026-33532: nesting overflows the stack' },
  { name: 'picomatch', from: ['2.3.2', '3.0.2', '4.0.4'], advisory: 'CVE-2026-33671: slow patterns' },
  { name: 'glob', from: ['10.5.0', '11.1.0'], advisory: 'CVE-2025-64756: commands in file names' },
  { name: 'vite', from: ['8.0.5'], advisory: 'CVE-2026-39363, CVE-2026-39364: files by the development server' },
  { name: 'esbuild', from: ['0.25.0'], advisory: 'GHSA-67mh-4wv8-2f99: files by its development server' },
]

/** Versions below a minimum that stay, and why they do no harm. */
const exceptions = new Map([
  ['esbuild@0.18.20', 'only compiles the configuration of drizzle-kit, and its development server is never started'],
])

function numbersOf(version: string): number[] {
  return version.split('-')[0]?.split('.').map(Number) ?? []
}

function compare(a: string, b: string): number {
  const other = numbersOf(b)
  const differences = numbersOf(a).map((number, place) => number - (other[place] ?? 0))
  return differences.find((difference) => difference !== 0) ?? 0
}

/** Is this version at the minimum of its major line, or of a later line than all that were repaired? */
function isRepaired(version: string, { from }: Minimum): boolean {
  const line = from.find((each) => numbersOf(each)[0] === numbersOf(version)[0])
  return compare(version, line ?? from.at(-1) ?? '') >= 0
}

test('[SUP-5] no package of the lock file is below the minimum that an advisory has set', () => {
  const packages = lockedPackages()
  for (const minimum of minimums) {
    const locked = packages.filter(({ name }) => name === minimum.name)
    expect(locked, `${minimum.name} is no longer used: remove its minimum`).not.toEqual([])
    const below = locked
      .filter(({ version }) => !isRepaired(version, minimum))
      .map(({ name, version }) => `${name}@${version}`)
    expect(
      below.filter((each) => !exceptions.has(each)),
      minimum.advisory,
    ).toEqual([])
  }
})

test('[SUP-5] a version is compared with the minimum of its own major line', () => {
  const minimum = { name: 'x', from: ['2.3.2', '4.0.4'], advisory: '' }
  const versions = ['1.9.9', '2.3.1', '2.3.2', '2.10.0', '3.9.9', '4.0.3', '4.0.4-beta.1', '5.0.0']
  expect(versions.filter((version) => isRepaired(version, minimum))).toEqual([
    '2.3.2',
    '2.10.0',
    '4.0.4-beta.1',
    '5.0.0',
  ])
})

test('[SUP-5] the Node that the start script gets has the security releases of 24', () => {
  const pins = readFileSync(`${root}scripts/bootstrap/install/pins.mjs`, 'utf8')
  const versions = [...pins.matchAll(/'node-[a-z0-9-]+@(24\.\d+\.\d+)'/g)].map(([, version]) => version ?? '')
  expect(versions).toHaveLength(3)
  // CVE-2025-55131, CVE-2025-59465: uninitialized memory, and HTTP/2 frames that end the process.
  const minimum = { name: 'node', from: ['24.13.0'], advisory: '' }
  expect(versions.filter((version) => !isRepaired(version, minimum))).toEqual([])
})
