import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

export const root = fileURLToPath(new URL('../../../../', import.meta.url))

const packageSchema = z.object({ resolution: z.record(z.string(), z.unknown()) })
const lockFileSchema = z.object({ packages: z.record(z.string(), packageSchema) })

export const lockText = readFileSync(`${root}pnpm-lock.yaml`, 'utf8')

/** Each package of the lock file: its name, its version, and from where it is resolved. */
export function lockedPackages() {
  const { packages } = lockFileSchema.parse(parse(lockText))
  return Object.entries(packages).map(([key, { resolution }]) => {
    const at = key.lastIndexOf('@')
    return { name: key.slice(0, at), version: key.slice(at + 1), resolution }
  })
}

export const workspaceSettings = z
  .object({
    minimumReleaseAge: z.number(),
    minimumReleaseAgeExclude: z.never().optional(),
    strictDepBuilds: z.boolean(),
    allowBuilds: z.record(z.string(), z.boolean()),
  })
  .parse(parse(readFileSync(`${root}pnpm-workspace.yaml`, 'utf8')))
