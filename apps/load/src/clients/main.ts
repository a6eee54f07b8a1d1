import { ClientProcess } from './client-process.ts'
import type { Order } from './orders.ts'

const clients = new ClientProcess()

/** Answers every order under its number. The run that started us speaks no other language, so nothing is parsed. */
process.on('message', (message: { nr: number; order: Order }) => {
  clients.handle(message.order).then(
    (value) => process.send?.({ nr: message.nr, value }),
    (error: unknown) => process.send?.({ nr: message.nr, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
