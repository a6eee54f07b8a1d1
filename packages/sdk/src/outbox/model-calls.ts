import type { Calls } from '../calls.ts'

/** The calls of a program that only sends, for tests. */
export function modelCalls(connection: Calls['connection'], sendBatch: Calls['sendBatch']): Calls {
  const unused = () => {
    throw new Error('not used by an outbox')
  }
  return {
    connection,
    sendBatch,
    random: () => 0.05,
    connect: () => {},
    probe: () => {},
    isOwn: () => true,
    page: unused,
    followChat: unused,
    followInbox: unused,
    markRead: unused,
    markDelivered: unused,
    edit: unused,
    retract: unused,
    typing: unused,
  }
}
