import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { write } from '../../src/pages.ts'
import { admin, createSecureWorld, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('a console with an origin of its own', () => {
  let world: SecureWorld
  let desk: string
  beforeAll(async () => {
    world = await createSecureWorld((port) => ({ CONSOLE_URL: `http://desk.localhost:${port}` }))
    desk = world.url.replace('localhost', 'desk.localhost')
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-130] [HTTP-50] operators and clients meet, each at an origin of their own', async () => {
    expect(world.setupLink).toContain(`${desk}/setup#`)
    // By REST at the address of clients nobody becomes an operator.
    await expect(setUp(world)).rejects.toThrow('403')

    const context = await world.newContext({ serviceWorkers: 'allow' })
    const operator = await context.newPage()
    const watch = watchPage(operator)
    await operator.goto(world.setupLink)
    await operator.getByRole('textbox', { name: 'Email' }).fill(admin.email)
    await operator.getByRole('textbox', { name: 'Name' }).fill(admin.name)
    await operator.getByLabel('Password', { exact: true }).fill(admin.password)
    await operator.keyboard.press('Enter')
    await operator.waitForURL(`${desk}/chats/*`)

    const client = await context.newPage()
    await client.goto(world.url)
    await client.getByRole('link', { name: 'Login as Client' }).click()
    await client.getByRole('button', { name: 'Start chat' }).click()
    await client.waitForURL(`${world.url}/chats/*`)
    await write(client, 'Is anybody there?')
    await operator.getByText('Is anybody there?').first().click()
    await write(operator, 'I am.')
    await client.getByText('I am.').waitFor()

    const cookies = await context.cookies([world.url, desk])
    const placesOf = (name: string) => cookies.filter((cookie) => cookie.name === name).map(({ domain }) => domain)
    expect(placesOf('deskbell_operator')).toEqual(['desk.localhost'])
    expect(placesOf('deskbell_client')).toEqual(['localhost'])
    expect(watch.printed).toEqual([])
  })

  test('[WEB-130] a link between the two leads to the other origin, and Back returns', async () => {
    const page = await (await world.newContext()).newPage()
    await page.goto(world.url)
    await page.getByRole('link', { name: 'Login as Operator' }).click()
    await page.waitForURL(`${desk}/login-operator`)
    await page.getByRole('heading', { name: 'Sign in as an operator' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'Login as Client' }).waitFor()
    await page.goto(`${desk}/`)
    await page.waitForURL(`${desk}/login-operator`)
    await page.goto(`${world.url}/settings/keys`)
    await page.waitForURL(`${desk}/login-operator`)
  })

  test('[HTTP-49] a script in a page of clients can do nothing as the operator who is signed in beside it', async () => {
    const context = await world.newContext()
    const operator = await context.newPage()
    await operator.goto(`${desk}/login-operator`)
    await operator.getByRole('textbox', { name: 'Email' }).fill(admin.email)
    await operator.getByLabel('Password', { exact: true }).fill(admin.password)
    await operator.keyboard.press('Enter')
    await operator.waitForURL(`${desk}/chats/*`)
    const page = await context.newPage()
    await page.goto(world.url)
    const tried = await page.evaluate(
      async ({ there, here }) => {
        const init = { method: 'POST', credentials: 'include' } as const
        const body = JSON.stringify({ email: 'eve@example.test', access: 'admin' })
        const outcome = (call: Promise<Response>) =>
          call.then(
            ({ status }) => status,
            () => 'failed',
          )
        const socket = (url: string) =>
          new Promise((resolve) => {
            const ws = new WebSocket(url)
            ws.onopen = () => resolve('open')
            ws.onerror = () => resolve('failed')
          })
        const json = { 'content-type': 'application/json' }
        return [
          await outcome(fetch(`${there}/api/operators/invitations`, { ...init, body, headers: json })),
          await outcome(fetch(`${there}/api/operators/invitations`, { ...init, body, mode: 'no-cors' })),
          await outcome(fetch(`${there}/api/chats`, { credentials: 'include' })),
          await outcome(fetch(`${here}/api/operators/invitations`, { ...init, body, headers: json })),
          await outcome(fetch(`${here}/api/operators`, { credentials: 'include' })),
          await socket(`${there.replace('http', 'ws')}/trpc`),
        ]
      },
      { there: desk, here: world.url },
    )
    // The policy of the page stops what goes to the console before it leaves.
    expect(tried).toEqual(['failed', 'failed', 'failed', 401, 401, 'failed'])
    const audit = await operator.evaluate(async () => (await fetch('/api/audit')).text())
    expect(audit).toContain('auth.setUp')
    expect(audit).not.toContain('eve@example.test')
  })
})
