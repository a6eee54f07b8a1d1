import { closeCodes } from '@deskbell/contract/close-codes'
import { AppError } from '@deskbell/contract/errors'
import type { RawData } from 'ws'
import { frameCost } from './frame-rate.ts'
import type { LiveSocket } from './live-socket.ts'
import { runCalls } from './socket-calls.ts'
import { type SocketContextDeps, signInSocket } from './socket-context.ts'
import { parseFrame, parseParams } from './socket-frames.ts'

/** Reads the frames of a socket. A socket that signs in with its first frame must send it within `signInMs`. */
export function receive(deps: SocketContextDeps, socket: LiveSocket, signInMs: number): void {
  if (socket.signIn.state === 'waiting') receiveParams(deps, socket, signInMs)
  else receiveCalls(deps, socket, null)
}

function receiveParams(deps: SocketContextDeps, socket: LiveSocket, signInMs: number): void {
  const silence = setTimeout(() => refuseSilence(socket), signInMs)
  socket.ws.once('close', () => clearTimeout(silence))
  const onFirst = (data: RawData, isBinary: boolean) => {
    if (!socket.admitFrames(costOf(data))) return
    const text = textOf(data, isBinary)
    if (text !== null && isPing(socket, text)) return
    socket.ws.off('message', onFirst)
    clearTimeout(silence)
    try {
      receiveCalls(deps, socket, signInSocket(deps, socket, parseParams(requireText(text))))
    } catch (cause) {
      refuse(socket, cause)
    }
  }
  socket.ws.on('message', onFirst)
}

/**
 * Calls that arrive during the sign-in wait for it, and run in the order of arrival. `signedIn`: null after it. Meanwhile
 * nothing is read, so only what has arrived together with the first frame can wait.
 */
function receiveCalls(deps: SocketContextDeps, socket: LiveSocket, signedIn: Promise<boolean> | null): void {
  let waiting = signedIn
  if (signedIn !== null) socket.pause()
  void signedIn?.then(() => {
    waiting = null
    socket.resume()
  })
  socket.ws.on('message', (data, isBinary) => {
    // Frames also arrive after a close, until the peer answers it. Their calls could not be answered.
    if (!socket.admitFrames(costOf(data))) return
    const text = textOf(data, isBinary)
    if (text !== null && isPing(socket, text)) return
    try {
      const messages = parseFrame(requireText(text))
      if (messages.length > 1 && !socket.admitFrames(messages.length - 1)) return
      if (waiting === null) runCalls(deps, socket, messages)
      else void waiting.then((isSignedIn) => isSignedIn && socket.isOpen && runCalls(deps, socket, messages))
    } catch (cause) {
      refuse(socket, cause)
    }
  })
}

/** Answers a ping. Returns whether the text belongs to keep-alive, which is plain text outside the JSON protocol. */
function isPing(socket: LiveSocket, text: string): boolean {
  if (text === 'PING') socket.answerPing(null)
  return text === 'PING' || text === 'PONG'
}

function costOf(data: RawData): number {
  return Buffer.isBuffer(data) ? frameCost(data.length) : 1
}

function textOf(data: RawData, isBinary: boolean): string | null {
  return isBinary || !Buffer.isBuffer(data) ? null : data.toString()
}

function requireText(text: string | null): string {
  if (text === null) throw new AppError('invalid_input', { detail: 'Frames are text.' })
  return text
}

/** Closes a socket that breaks the protocol. One call too many does not break it: only that call is refused. */
function refuse(socket: LiveSocket, cause: unknown): void {
  socket.sendError(null, cause instanceof AppError ? cause : new AppError('invalid_input', { cause }))
  socket.ws.close(closeCodes.protocol)
}

/**
 * Closes a socket that sent no first frame in time. Its connection may be slow, or this process may have been
 * suspended, so its session may be valid. The close code asks the client to reconnect.
 */
function refuseSilence(socket: LiveSocket): void {
  if (socket.signIn.state !== 'waiting') return
  socket.sendError(null, new AppError('unavailable', { internal: 'no sign-in in time' }))
  socket.ws.close(closeCodes.restart)
}
