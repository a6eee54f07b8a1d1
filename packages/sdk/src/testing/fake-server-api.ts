import type { ServerApi } from '../server-api.ts'

/** The server's calls that a test provides; any other one throws. */
export function fakeServerApi(given: Pick<ServerApi, 'connection'> & Partial<ServerApi>): ServerApi {
  const unused = () => {
    throw new Error('The test gives no such call.')
  }
  return {
    random: () => 0.5,
    connect: () => {},
    probe: () => {},
    isOwn: () => true,
    page: unused,
    followChat: unused,
    followInbox: unused,
    sendBatch: unused,
    markRead: unused,
    markDelivered: unused,
    edit: unused,
    retract: unused,
    typing: unused,
    ...given,
  }
}
