import { AppError } from '@deskbell/contract/errors'
import { socketBatchMax } from '@deskbell/contract/limits'
import { callTRPCProcedure } from '@trpc/server'
import { toCallError } from '../../call-error.ts'
import { appRouter } from '../../router.ts'
import { FrameStream } from '../../routers/frame-stream.ts'
import type { LiveSocket } from './live-socket.ts'
import { type SocketContextDeps, socketContext } from './socket-context.ts'
import type { CallMessage, Message } from './socket-frames.ts'
import { SocketStream } from './socket-stream.ts'

/** Runs the calls of one frame. Every call gets a response, also a refused one, so that no caller waits forever. */
export function runCalls(deps: SocketContextDeps, socket: LiveSocket, messages: readonly Message[]): void {
  if (messages.length > socketBatchMax) refuseBatch(socket, messages)
  else for (const message of messages) begin(deps, socket, message)
}

function begin(deps: SocketContextDeps, socket: LiveSocket, message: Message): void {
  if (message.method === 'subscription.stop') socket.stopStream(message.id)
  else if (isAdmitted(socket, message)) void run(deps, socket, message)
}

function refuseBatch(socket: LiveSocket, messages: readonly Message[]): void {
  const error = new AppError('invalid_input', { detail: `A batch has at most ${socketBatchMax} calls.` })
  for (const { id, method } of messages) if (method !== 'subscription.stop') socket.sendError(id, error)
}

function isAdmitted(socket: LiveSocket, { id, method }: CallMessage): boolean {
  const refusal = socket.calls.admit(id, method)
  if (refusal === 'ok') return true
  const error =
    refusal === 'repeated'
      ? new AppError('invalid_input', { detail: 'This id is in use.' })
      : new AppError('rate_limited', { detail: 'Too many calls at once on this socket.' })
  socket.sendError(id, error)
  return false
}

async function run(deps: SocketContextDeps, socket: LiveSocket, message: CallMessage): Promise<void> {
  const { id, method, path } = message
  // Registered before the first await, so that a stop that arrives during the call finds the stream.
  const stream = method === 'subscription' ? socket.addStream(new SocketStream(socket, message)) : null
  try {
    const result = await call(deps, socket, message)
    if (stream === null) return socket.answer(id, result)
    if (!(result instanceof FrameStream)) throw new Error(`${path} is no stream of frames.`)
    await inTurn(deps, socket, () => stream.begin(result.open))
  } catch (cause) {
    const error = toCallError(cause)
    deps.core.log.debug({ requestId: socket.requestId, type: method, path, code: error.code }, 'socket error')
    if (stream === null || !stream.hasEnded) socket.refuse(id, error)
  }
}

/** Of one user a few streams start at once, so that somebody who starts many delays nobody. */
async function inTurn({ core }: SocketContextDeps, { signIn }: LiveSocket, start: () => Promise<void>): Promise<void> {
  if (signIn.state === 'done') await core.queues.starting.run(signIn.actor.userId, start)
}

function call(deps: SocketContextDeps, socket: LiveSocket, { path, method, input }: CallMessage): Promise<unknown> {
  return callTRPCProcedure({
    router: appRouter,
    path,
    type: method,
    ctx: socketContext(deps, socket),
    getRawInput: async () => input,
    signal: undefined,
    batchIndex: 0,
  })
}
