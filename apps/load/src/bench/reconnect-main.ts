import { ReconnectClients, type ReconnectOrder } from './reconnect-clients.ts'

const clients = new ReconnectClients()

process.on('message', ({ nr, order }: { nr: number; order: ReconnectOrder }) => {
  clients.obey(order).then(
    (value) => process.send?.({ nr, value }),
    (error: unknown) => process.send?.({ nr, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
