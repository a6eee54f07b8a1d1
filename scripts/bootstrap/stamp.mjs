import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { modulesDir, root } from './paths.mjs'

const stampsDir = join(modulesDir, '.deskbell')

/** Was `name` last done with exactly this fingerprint? */
export function isStamped(name, fingerprint) {
  return read(join(stampsDir, name)) === fingerprint
}

export function stamp(name, fingerprint) {
  mkdirSync(stampsDir, { recursive: true })
  writeFileSync(join(stampsDir, name), fingerprint)
}

/** One hash over the names and contents of files, given relative to the root. */
export function fingerprintOf(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(read(join(root, file)) ?? '')
      .update('\0')
  return hash.digest('hex')
}

/** Every file below a folder that `wanted` accepts, relative to the root, in a fixed order. */
export function filesBelow(folder, wanted) {
  const entries = list(join(root, folder)).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path, wanted)
    return wanted(path) ? [path] : []
  })
}

const skipped = new Set(['node_modules', 'dist', 'types', '.turbo'])

function list(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
