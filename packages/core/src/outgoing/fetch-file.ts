import { lookup as systemLookup } from 'node:dns'
import { createWriteStream } from 'node:fs'
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { Reach, ReachableAddresses } from './reachable-addresses.ts'

/** The file was not fetched, and asking again would change nothing. */
export class FetchRefusedError extends Error {
  override readonly name = 'FetchRefusedError'
}

export type FetchFileOptions = {
  reachable: ReachableAddresses
  bytesMax: number
  redirectsMax: number
  /** Ends it, wherever it is. */
  signal: AbortSignal
  /** Default: that of the system. */
  lookup?: LookupFunction | undefined
}

/**
 * Writes what a URL that somebody else has chosen serves to a new file at `path`. Rejects with `FetchRefusedError` where
 * the URL leads to an address that may not be reached, and with another error where it may work later.
 *
 * The address is checked when the connection is made, after its name was resolved, so it does not matter how the URL spells
 * it and what the name resolves to a moment later. Each redirect is checked like the URL.
 */
export async function fetchFile(url: string, path: string, options: FetchFileOptions): Promise<void> {
  let target = parseTarget(url)
  for (let redirects = 0; ; redirects += 1) {
    const response = await get(target, options)
    const location = locationOf(response)
    if (location === null) return await save(response, path, options)
    response.destroy()
    if (redirects >= options.redirectsMax) throw new FetchRefusedError('too many redirects')
    target = parseTarget(location, target)
  }
}

function parseTarget(url: string, base?: URL): URL {
  const target = URL.parse(url, base?.href)
  if (target === null) throw new FetchRefusedError('no URL')
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw new FetchRefusedError('neither https nor http')
  // They would be sent.
  if (target.username !== '' || target.password !== '') throw new FetchRefusedError('a user or a password in the URL')
  return target
}

/** No name and no version of anything, no cookie and no referrer. */
const headers = { 'user-agent': 'Deskbell', accept: 'image/*' }

function get(target: URL, { reachable, signal, lookup }: FetchFileOptions): Promise<IncomingMessage> {
  const secure = target.protocol === 'https:'
  const reach = { secure, port: Number(target.port || (secure ? 443 : 80)) }
  const may = (address: string) => reachable.has(address, reach)
  // Without a name, nothing is looked up.
  const literal = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !may(literal)) throw notReachable(reach)
  const guarded = guardedLookup(lookup ?? systemLookup, may, reach)
  return new Promise((resolve, reject) => {
    // An agent of its own: no connection that was made for something else, and no proxy of the environment.
    const request = secure
      ? httpsGet(target, { agent: new HttpsAgent(), headers, lookup: guarded, signal })
      : httpGet(target, { agent: new HttpAgent(), headers, lookup: guarded, signal })
    request.once('response', resolve).once('error', reject)
  })
}

/** Resolves a name to those of its addresses that may be reached: the connection is made to one of them. */
function guardedLookup(lookup: LookupFunction, may: (address: string) => boolean, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const open = [found].flat().filter((each) => typeof each === 'object' && may(each.address))
      const [first] = open
      if (typeof first !== 'object') return callback(notReachable(reach), [])
      if (options.all === true)
        callback(
          null,
          open.filter((each) => typeof each === 'object'),
        )
      else callback(null, first.address, first.family)
    })
  }
}

function notReachable({ secure, port }: Reach): FetchRefusedError {
  const isUsual = secure && port === 443
  return new FetchRefusedError(isUsual ? 'an address that is not public' : 'neither https nor a named network')
}

const redirects = new Set([301, 302, 303, 307, 308])

function locationOf({ statusCode = 0, headers: { location } }: IncomingMessage): string | null {
  return redirects.has(statusCode) && location !== undefined ? location : null
}

async function save(response: IncomingMessage, path: string, { bytesMax, signal }: FetchFileOptions): Promise<void> {
  const { statusCode: status = 0 } = response
  try {
    if (status >= 500 || status === 408 || status === 429) throw new Error(`the status ${status}`)
    if (status !== 200) throw new FetchRefusedError(`the status ${status}`)
    if (Number(response.headers['content-length'] ?? 0) > bytesMax) throw new FetchRefusedError('too large')
    await pipeline(bounded(response, bytesMax), createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  } finally {
    response.destroy()
  }
}

async function* bounded(body: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new FetchRefusedError('too large')
    yield chunk
  }
}
