import { type ReaderOrder, Readers } from './readers.ts'

const readers = new Readers()

process.on('message', ({ nr, order }: { nr: number; order: ReaderOrder }) => {
  readers.obey(order).then(
    (value) => process.send?.({ nr, value }),
    (error: unknown) => process.send?.({ nr, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
