import type { IncomingMessage } from 'node:http'

const absoluteForm = /^(?:https?|wss?):\/\/([^/?#]*)([^#]*)/i

/**
 * Brings a target in absolute form (`GET http://host/path`) to its path, and returns the path. The host of the target
 * replaces the `Host` header, as RFC 9112 3.2.2 demands, so that the host rule judges the name that was asked for.
 */
export function toOriginForm(request: IncomingMessage): string {
  const target = request.url ?? ''
  const [, authority, path] = absoluteForm.exec(target) ?? []
  if (authority === undefined || path === undefined) return target
  request.headers.host = authority
  request.url = path.startsWith('/') ? path : `/${path}`
  return request.url
}

/** An `Upgrade` to anything but the socket is an offer that is not taken: the request is answered as if it had none. */
export function asksForSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket'
}
