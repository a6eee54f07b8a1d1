import type { SendRecord } from './check-log.ts'

/** How a race reaches the product: by use cases, by REST or by the socket. */
export type RaceDriver = {
  chatId: number
  /** The users of the senders; each sends one message after the other. */
  senders: readonly { userId: number; send(clientMsgId: string, text: string): Promise<SendRecord['outcome']> }[]
  close(): Promise<void>
}

export type RaceOptions = {
  /** Messages each sender tries at most. */
  sendsEach: number
  /** The close goes out after this many acknowledgements, while the senders go on. */
  closeAfter: number
}

/** Many senders against one close. A sender stops at its second refusal; the answers tell what each was told. */
export async function raceSendsAgainstClose(driver: RaceDriver, options: RaceOptions): Promise<SendRecord[]> {
  const records: SendRecord[] = []
  let acknowledged = 0
  let closing: Promise<void> | undefined
  const closeWhenDue = () => {
    if (acknowledged >= options.closeAfter) closing ??= driver.close()
  }
  closeWhenDue()
  const run = async (sender: RaceDriver['senders'][number], nth: number) => {
    let refused = 0
    for (let count = 0; count < options.sendsEach && refused < 2; count += 1) {
      const clientMsgId = `race-${driver.chatId}-${nth}-${count}`
      const outcome = await sender.send(clientMsgId, `message ${count} of sender ${nth}`)
      records.push({ userId: sender.userId, clientMsgId, outcome })
      if (outcome.kind === 'acknowledged') acknowledged += 1
      if (outcome.kind === 'refused') refused += 1
      closeWhenDue()
    }
  }
  await Promise.all(driver.senders.map(run))
  await (closing ?? driver.close())
  return records
}
