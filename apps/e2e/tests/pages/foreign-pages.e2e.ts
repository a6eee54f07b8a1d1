import { createServer } from 'node:http'
import { freePort } from '@deskbell/testkit/free-port'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messages, signInAsOperator } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** What a page of somebody else may call a page of ours with. */
const texts = [
  { type: 'identify', identity: 'x', verified: true },
  { type: 'get-state' },
  { type: 'sign-out' },
  { deskbell: { open: 'https://evil.example' } },
  'get-token',
  '{"method":"auth.sessions"}',
]

describe.skipIf(!tools.chromium)('pages of others', () => {
  let world: World
  let foreign: string
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Evil</title><p>Evil</p>')
  })
  beforeAll(async () => {
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    foreign = `http://evil.localhost:${port}/`
    world = await createWorld()
  })
  afterAll(async () => {
    server.close()
    await world?.[Symbol.asyncDispose]()
  })

  test('[WEB-131] N71 N72: a page that frames, opens or calls ours gets nothing, and changes nothing', async () => {
    const context = await world.newContext()
    // Before any script of the pages: who listens, and who calls.
    await context.addInitScript(() => {
      const seen: string[] = []
      Object.assign(window, { seen })
      const listen = window.addEventListener.bind(window)
      window.addEventListener = ((kind: string, ...rest: [EventListener]) => {
        if (kind === 'message') seen.push('listens')
        listen(kind, ...rest)
      }) as typeof window.addEventListener
      listen('message', ({ data, origin }) => seen.push(`${origin} ${JSON.stringify(data)}`))
    })
    const operator = await signInAsOperator(context, world.url, { email: 'n71@example.com', name: 'Olga' })
    const own = operator.url()
    const evil = await context.newPage()
    await evil.goto(foreign)
    const outcome = await evil.evaluate(
      async ({ ours, said }) => {
        const frame = document.createElement('iframe')
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
        frame.src = ours
        document.body.append(frame)
        await loaded
        const opened = window.open(ours)
        const calls = () => {
          for (const each of said) for (const to of [frame.contentWindow, opened]) to?.postMessage(each, '*')
        }
        calls()
        // Until the opened page has left our reach: its policy parts it from who has opened it.
        await new Promise<void>((resolve) => {
          const look = () => (opened?.closed ? resolve() : requestAnimationFrame(look))
          look()
        })
        calls()
        return { frames: frame.contentWindow?.length, closed: opened?.closed, seen: Reflect.get(window, 'seen') }
      },
      { ours: own, said: texts },
    )
    // Nothing came back from the frame and from the opened page.
    expect(outcome).toEqual({ frames: 0, closed: true, seen: [] })
    const framed = evil.frames().find((frame) => frame !== evil.mainFrame())
    expect(framed?.url()).toBe('chrome-error://chromewebdata/')

    const opened = context.pages().find((page) => page !== operator && page !== evil)
    await opened?.getByRole('main').waitFor()
    expect(opened?.url()).toBe(own)
    for (const page of [operator, opened]) expect(await page?.evaluate(() => Reflect.get(window, 'seen'))).toEqual([])
    await operator.reload()
    await operator.getByRole('main').waitFor()
    expect(await messages(operator, 'identify').count()).toBe(0)
  })
})
