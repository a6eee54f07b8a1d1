import type { Server } from 'node:http'

/** Connections that the kernel keeps until they are taken: as many as the product asks for. */
const backlog = 4_096

/** Listens on any free port of this machine, reports it to the parent, and ends with it. */
export function reportPort(server: Server): void {
  server.listen({ port: 0, host: '127.0.0.1', backlog }, () => {
    const address = server.address()
    process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 })
  })
  process.on('disconnect', () => process.exit(0))
}
