import EventEmitter, { on } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Trpc from '@trpc/server'
import type * as TrpcWs from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { reportPort } from './report-port.ts'

/*
 * tRPC's own socket handler with a subscription as its pages show it: an async generator for every client over
 * `events.on`, listening before the first thing is said, with tracked events and pings.
 * The first argument is the folder of the package as it was published.
 */

const [folder = ''] = process.argv.slice(2)
const load = async (file: string): Promise<unknown> => await import(pathToFileURL(join(folder, 'dist', file)).href)
const { initTRPC, tracked } = (await load('index.mjs')) as typeof Trpc
const { applyWSSHandler } = (await load('adapters/ws.mjs')) as typeof TrpcWs

type Said = { id: number; at: string; text: string }

const t = initTRPC.create()
const emitter = new EventEmitter()
emitter.setMaxListeners(0)
let id = 0

const router = t.router({
  events: t.procedure.subscription(async function* ({ signal }) {
    const said: AsyncIterable<Said[]> = on(emitter, 'said', signal === undefined ? {} : { signal })
    yield tracked('live', null)
    for await (const [event] of said) if (event !== undefined) yield tracked(String(event.id), event)
  }),
  say: t.procedure.input(z.object({ text: z.string() })).mutation(({ input }) => {
    id += 1
    emitter.emit('said', { id, at: new Date().toISOString(), text: input.text } satisfies Said)
    return { id }
  }),
})

const server = createServer()
applyWSSHandler({
  wss: new WebSocketServer({ server, perMessageDeflate: false }),
  router,
  keepAlive: { enabled: true, pingMs: 30_000, pongWaitMs: 5_000 },
})
reportPort(server, [join(folder, 'package.json')])
