import type { IncomingMessage } from 'node:http'

const absoluteForm = /^(?:https?|wss?):\/\/([^/?#]*)([^#]*)/i

/**
 * Replaces a target in absolute form (`GET http://host/path`) with its path, and returns the path. The host of the
 * target replaces the `Host` header, as RFC 9112 3.2.2 requires, so that the host rule checks the requested host.
 */
export function toOriginForm(request: IncomingMessage): string {
  const target = request.url ?? ''
  const [, authority, path] = absoluteForm.exec(target) ?? []
  if (authority === undefined || path === undefined) return target
  request.headers.host = authority
  request.url = path.startsWith('/') ? path : `/${path}`
  return request.url
}

/** Reports whether the request asks for a WebSocket. Any other `Upgrade` header is ignored. */
export function asksForSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Reports whether a target without its query is a path as RFC 3986 writes it. Parsers disagree about others, such as
 * `/\\evil.example`, which a browser reads as a host.
 */
export function isPath(path: string): boolean {
  return /^\/(?:[\w.~!$&'()*+,;=:@/-]|%[\da-f]{2})*$/i.test(path)
}
