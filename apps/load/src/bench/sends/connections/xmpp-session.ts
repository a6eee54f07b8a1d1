import { openSocket, type TextSocket } from '../lines/open-socket.ts'
import type { Credentials } from './send-connection.ts'

export const xmppDomain = 'localhost'

export type XmppOptions = {
  credentials: Credentials
  name: string
  onBroken(reason: string): void
  /** With it the session has stream management, and this is told how many stanzas the server has dealt with. */
  onCount?(count: number): void
}

/** A server that does not answer ends the run, in place of holding it up for ever. */
const answerMs = 20_000
/** The first frames of a session, for the error. */
const framesKept = 10

const open = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${xmppDomain}" version="1.0"/>`
const bind =
  '<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind></iq>'
const presence = '<presence xmlns="jabber:client"/>'
const enable = '<enable xmlns="urn:xmpp:sm:3"/>'
const count = /^<a [^>]*h=['"](\d+)['"]/

/**
 * One person's session over WebSocket (RFC 7395), where every frame is one whole element:
 * features, password, features again, a resource, here I am, and stream management last, so that it counts messages only.
 */
export async function signInXmpp({ credentials, name, onBroken, onCount }: XmppOptions): Promise<TextSocket> {
  const frames: string[] = []
  let awaited: { start: string; resolve(): void; reject(error: Error): void } | undefined
  const socket = await openSocket(credentials.url, {
    protocol: 'xmpp',
    onText(frame, { send }) {
      if (frames.length < framesKept) frames.push(frame)
      const counted = count.exec(frame)?.[1]
      if (counted !== undefined) onCount?.(Number(counted))
      else if (awaited !== undefined && frame.startsWith(awaited.start)) awaited.resolve()
      // Nothing but the answers to our own questions ever comes to a writer.
      else if (frame.startsWith('<r ')) send('<a xmlns="urn:xmpp:sm:3" h="0"/>')
      else if (/^<(failure|failed|close|stream:error)|type=['"]error/.test(frame)) {
        awaited?.reject(new Error(`The server ended the session: ${frame}`))
        onBroken(frame)
      }
    },
    onBroken,
  })
  const say = async (text: string, start: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    awaited = { start, resolve, reject }
    const silence = setTimeout(
      () => reject(new Error(`No answer ${start} to ${text}, but: ${frames.join('\n')}`)),
      answerMs,
    )
    socket.send(text)
    await promise.finally(() => clearTimeout(silence))
    awaited = undefined
  }
  const password = Buffer.from(`\0${name}\0${credentials.secret}`).toString('base64')
  await say(open, '<stream:features')
  await say(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${password}</auth>`, '<success')
  await say(open, '<stream:features')
  await say(bind, '<iq')
  await say(presence, '<presence')
  if (onCount !== undefined) await say(enable, '<enabled')
  return socket
}
