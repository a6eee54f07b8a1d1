import type { LoginOutput } from '@deskbell/contract/users'
import { type Pause, pause, retry, retryDelayMs } from '../base/retry.ts'
import type { Store } from '../base/store.ts'
import { withTimeout } from '../base/timers.ts'
import type { ConnectionState } from '../socket/connection-state.ts'

/** Returns a token that the own site has signed: who its client is. */
export type IdentitySource = () => string | Promise<string>

export type IdentificationOptions = {
  identity: IdentitySource
  /** The address of the server. */
  url: string
  /** The session of before, and its user. */
  headers(): Record<string, string>
  fetch: typeof fetch | undefined
  random: () => number
  /** Aborted when the program signs out, signs in otherwise, or closes. */
  signal: AbortSignal
  connection: Store<ConnectionState>
  /** A session began, which replaces the one before. */
  begin(login: LoginOutput): void
  /** The server refuses the identity. */
  refuse(): void
}

/** When a session is renewed, as a share of its life: from here, and up to so much later. */
const renewFrom = 0.7
const renewSpread = 0.15
const callMs = 10_000

/**
 * Identifies the client now, and again before each session ends, until the server refuses the identity or the signal is
 * aborted. While the site or the server does not answer, it retries. It makes its calls itself, because the calls of the
 * program wait until the client is identified. Resolves when it is identified for the first time, or when that has ended.
 */
export function keepIdentified(options: IdentificationOptions): Promise<void> {
  return new Promise((resolve) => {
    options.signal.addEventListener('abort', () => resolve())
    const begin = (login: LoginOutput) => {
      options.begin(login)
      resolve()
    }
    const refuse = () => {
      options.refuse()
      resolve()
    }
    void identifyAlways({ ...options, begin, refuse })
  })
}

async function identifyAlways(options: IdentificationOptions): Promise<void> {
  const { signal, random } = options
  for (let endings = 0; ; ) {
    const login = await identifyOnce(options)
    if (signal.aborted) return
    if (login === null) return options.refuse()
    options.begin(login)
    const wait = pause(renewalDelayMs(login, random))
    const hasEnded = await isOverBefore(wait, options)
    endings = hasEnded ? endings + 1 : 0
    // A server that ends every session at once is not asked without a pause.
    if (hasEnded && !signal.aborted) await pause(retryDelayMs(endings, random)).over
    if (signal.aborted) return
  }
}

/** Returns null when the server refuses the identity, and when the signal was aborted. */
async function identifyOnce(options: IdentificationOptions): Promise<LoginOutput | null> {
  const { identity, random, signal } = options
  const call = async () => {
    const token = await identity()
    signal.throwIfAborted()
    return await withTimeout(callMs, (timeout) => post(options, token, timeout))
  }
  return await retry(call, { signal, random }).catch(() => null)
}

/**
 * Without a link of tRPC: what a page loads for its first calls would have to be loaded for this one too. By its path all
 * the same, because that is the one which the proxy of a site passes on.
 */
async function post(
  { url, headers, fetch = globalThis.fetch }: IdentificationOptions,
  identity: string,
  signal: AbortSignal,
): Promise<LoginOutput | null> {
  const response = await fetch(new URL('/trpc/auth.identify', url), {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify({ identity }),
    signal,
  })
  if (response.ok) return ((await response.json()) as { result: { data: LoginOutput } }).result.data
  // Also a proxy or a login page of a network may answer with another status.
  if (response.status === 401 || response.status === 400) return null
  throw new Error(`The server answered ${response.status}.`)
}

/** Not at one moment for all clients, because they may have come at one moment. */
function renewalDelayMs({ expiresAt }: LoginOutput, random: () => number): number {
  const lifeMs = Math.max(0, Date.parse(expiresAt) - Date.now())
  return lifeMs * (renewFrom + renewSpread * random())
}

/** Waits. Resolves with true as soon as the session ends, which a clock that is wrong or a long sleep brings about. */
async function isOverBefore(wait: Pause, { connection, signal }: IdentificationOptions): Promise<boolean> {
  const hasEnded = () => {
    const state = connection.getSnapshot()
    return state.kind === 'ended' && state.reason === 'unauthenticated'
  }
  const look = () => hasEnded() && wait.cut()
  const unsubscribe = connection.subscribe(look)
  signal.addEventListener('abort', wait.cut)
  look()
  await wait.over
  signal.removeEventListener('abort', wait.cut)
  unsubscribe()
  return hasEnded()
}
