import type { SendRecord } from '../history/checks/check-log.ts'

/** The way in which a race calls the product: by use cases, by REST or by the socket. */
export type RaceDriver = {
  chatId: number
  /** Each sender sends one message after the other. */
  senders: readonly { userId: number; send(clientMsgId: string, text: string): Promise<SendRecord['outcome']> }[]
  close(): Promise<void>
}

export type RaceOptions = {
  /** The maximum number of messages of each sender. */
  sendsEach: number
  /** The close is sent after this many acknowledgements, while the senders continue. */
  closeAfter: number
}

/**
 * Runs many senders and one close at the same time. A sender stops after two refusals. Returns all sends and outcomes.
 */
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
