import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { chatRow, composer, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const texts = (name: string, count: number) => Array.from({ length: count }, (_, place) => `${name} ${place + 1}`)

describe.skipIf(!tools.chromium)('lost connections and killed processes', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ ownDatabase: true })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** Returns the pages of a client with one message and of an operator who has opened the chat, in one browser. */
  async function pair(name: string): Promise<{ client: Page; operator: Page }> {
    const context = await world.newContext({ serviceWorkers: 'allow' })
    const client = await signInAsClient(context, world.url, { email: `${name}@example.com`, name })
    await write(client, 'first')
    await client.locator('article[data-state="sent"]').waitFor()
    const operator = await signInAsOperator(context, world.url, { email: `op-${name}@example.com`, name: `Op ${name}` })
    await chatRow(operator, name).click()
    await messages(operator, 'first').waitFor()
    return { client, operator }
  }

  test('[WEB-5] two tabs of one client show the same messages in the same order, each once', async () => {
    const { client, operator } = await pair('Tabs')
    const second = await client.context().newPage()
    await second.goto(client.url())
    await messages(second, 'first').waitFor()
    await write(client, 'from the first tab')
    await write(second, 'from the second tab')
    await write(operator, 'to both')
    for (const page of [client, second, operator]) {
      const shown = await eventually(
        () => shownTexts(page),
        (all) => all.length === 4,
      )
      expect([...shown].sort()).toEqual(['first', 'from the first tab', 'from the second tab', 'to both'])
    }
    expect(await shownTexts(second)).toEqual(await shownTexts(client))
  })

  test('[WEB-12] a lost connection is reported, and messages written meanwhile are sent once when it is back', async () => {
    await using proxy = await startFaultProxy(world.url)
    const client = await signInAsClient(await world.newContext(), proxy.url, {
      email: 'line@example.com',
      name: 'Line',
    })
    await write(client, 'before')
    await client.locator('article[data-state="sent"]').waitFor()
    proxy.target(null)
    proxy.cut()
    await client.getByText('You’re offline. Messages are saved and sent when you’re back.').waitFor()
    await write(client, 'during one')
    await write(client, 'during two')
    await composer(client).fill('still typing')
    expect(await messages(client, 'during').count()).toBe(2)
    await client.getByRole('button', { name: 'Retry now' }).click()
    proxy.target(world.url)
    await client.getByText('Back online.').waitFor()
    await eventually(
      () => client.locator('article[data-state="sent"]').count(),
      (count) => count === 3,
    )
    expect(await shownTexts(client)).toEqual(['before', 'during one', 'during two'])
    await expect.poll(() => composer(client).inputValue()).toBe('still typing')
    await client.getByText('You’re offline.').waitFor({ state: 'detached' })
  })

  test('[WEB-5] a restart of the server loses and repeats no message, and keeps a draft', async () => {
    const { client, operator } = await pair('Restart')
    await composer(operator).fill('a long answer that is being typed')
    const restarted = world.server.restart()
    await write(client, 'sent while it restarts')
    await restarted
    await messages(operator, 'sent while it restarts').waitFor()
    await expect.poll(() => composer(operator).inputValue()).toBe('a long answer that is being typed')
    await composer(operator).press('Enter')
    await messages(client, 'a long answer').waitFor()
    for (const page of [client, operator]) {
      expect(await shownTexts(page)).toEqual(['first', 'sent while it restarts', 'a long answer that is being typed'])
    }
  })

  test('[RUN-5] a killed database starts again, and the pages deliver messages without a reload', async () => {
    const { client, operator } = await pair('Database')
    process.kill(await databasePid(world.server.dataDir), 'SIGKILL')
    await write(client, 'while it is away')
    await composer(operator).fill('typed meanwhile')
    await messages(operator, 'while it is away').waitFor()
    await composer(operator).press('Enter')
    await messages(client, 'typed meanwhile').waitFor()
    for (const page of [client, operator]) {
      expect(await shownTexts(page)).toEqual(['first', 'while it is away', 'typed meanwhile'])
    }
  })

  test('[RUN-11] after a kill -9 of the server during sends every acknowledged message is stored once, and the client sees all', async () => {
    const { client, operator } = await pair('Kill')
    const program = await signInByRest(world.url, { email: 'kill@example.com', name: 'Kill', role: 'client' })
    const chatId = Number(new URL(operator.url()).searchParams.get('chat'))
    const acknowledged: string[] = []
    const outcomes = texts('burst', 400).map(async (text) => {
      await program.send(chatId, text, { clientMsgId: text }).then(
        () => acknowledged.push(text),
        () => undefined,
      )
    })
    await eventually(
      () => acknowledged.length,
      (count) => count > 20,
    )
    await world.server.kill()
    await Promise.all(outcomes)
    await world.server.restart()
    const history = await program.history(chatId)
    expect(acknowledged.filter((text) => history.filter((message) => message.text === text).length !== 1)).toEqual([])
    expect(history.map((message) => message.seq)).toEqual([...new Set(history.map((message) => message.seq))])

    await write(client, 'we are back')
    await messages(operator, 'we are back').waitFor()
    const shown = await eventually(
      () => shownTexts(client),
      (all) => all.length === history.length + 1,
    )
    expect(shown).toEqual([...history.map((message) => message.text), 'we are back'])
  })
})

/** Returns the id of the main PostgreSQL process: the first line of its lock file. */
async function databasePid(dataDir: string): Promise<number> {
  for await (const file of glob('**/postmaster.pid', { cwd: dataDir }))
    return Number.parseInt(await readFile(join(dataDir, file), 'utf8'), 10)
  throw new Error('No database runs on this folder.')
}
