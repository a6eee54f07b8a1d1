/**
 * The other end of a `ChildDialog`: answers every order under its number, and ends with whoever gave them. The program
 * that started us speaks no other language, so nothing is parsed.
 */
export function answerOrders<Order>(obey: (order: Order) => Promise<unknown>): void {
  process.on('message', ({ nr, order }: { nr: number; order: Order }) => {
    obey(order).then(
      (value) => process.send?.({ nr, value }),
      (error: unknown) => process.send?.({ nr, error: String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
