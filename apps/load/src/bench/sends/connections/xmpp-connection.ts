import type { SendConnection, SendConnectionOptions } from './send-connection.ts'
import { signInXmpp, xmppDomain } from './xmpp-session.ts'

const ask = '<r xmlns="urn:xmpp:sm:3"/>'

/**
 * Two people: `s…` writes, and `r…` is there and gets what is written. The writer uses stream management (XEP-0198) and
 * asks for an acknowledgement behind each message; the server counts the stanzas, so one answer may settle several.
 */
export async function openXmppConnection(options: SendConnectionOptions): Promise<SendConnection> {
  const { credentials, text, acknowledged, failed } = options
  const waiting: number[] = []
  let settled = 0
  const onCount = (count: number) => {
    for (; settled < count; settled += 1) {
      const place = waiting.shift()
      if (place === undefined) return failed(`${count} stanzas are acknowledged, ${settled} were sent.`)
      acknowledged(place)
    }
  }
  const reader = await signInXmpp({ credentials, name: `r${credentials.name}`, onBroken: failed })
  const writer = await signInXmpp({ credentials, name: `s${credentials.name}`, onBroken: failed, onCount })
  const to = `to="r${credentials.name}@${xmppDomain}"`
  const stanza = `<message xmlns="jabber:client" type="chat" ${to}><body>${text}</body></message>`
  return {
    send(place) {
      waiting.push(place)
      writer.send(stanza)
      writer.send(ask)
    },
    close() {
      writer.close()
      reader.close()
    },
  }
}
