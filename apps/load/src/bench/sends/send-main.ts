import { SendLoad, type SendOrder } from './send-load.ts'

const load = new SendLoad()

process.on('message', ({ nr, order }: { nr: number; order: SendOrder }) => {
  load.obey(order).then(
    (value) => process.send?.({ nr, value }),
    (error: unknown) => process.send?.({ nr, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
