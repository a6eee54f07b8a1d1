import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { z } from 'zod'

/** Connections that the kernel keeps until they are taken: as many as the product asks for. */
const backlog = 4_096

/** Listens on any free port of this machine, reports it and the versions of these packages, each told by its manifest, to the parent, and ends with it. */
export function reportPort(server: Server, manifests: readonly string[]): void {
  const versions = Object.fromEntries(manifests.map(readManifest))
  server.listen({ port: 0, host: '127.0.0.1', backlog }, () => {
    const address = server.address()
    process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0, versions })
  })
  process.on('disconnect', () => process.exit(0))
}

function readManifest(manifest: string): [name: string, version: string] {
  const read: unknown = createRequire(import.meta.url)(manifest)
  const { name, version } = z.object({ name: z.string(), version: z.string() }).parse(read)
  return [name, version]
}
