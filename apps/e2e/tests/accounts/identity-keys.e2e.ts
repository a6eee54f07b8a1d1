import { generateKeyPairSync } from 'node:crypto'
import { signIdentity } from '@deskbell/sdk/identity'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { settingsRow } from '../../src/pages.ts'
import { admin, createSecureWorld, openAs, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('the page of identity keys', () => {
  let world: SecureWorld
  let page: Page

  beforeAll(async () => {
    world = await createSecureWorld()
    await setUp(world)
    page = await openAs(await world.browser.newContext({ locale: 'en-GB' }), world.url, {
      ...admin,
      path: '/settings/identity',
    })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const dialog = () => page.getByRole('dialog')
  const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click()
  const publicKeyField = () => dialog().getByRole('textbox', { name: 'Public key' })

  async function openDialog(algorithm: RegExp): Promise<void> {
    await page.getByRole('button', { name: 'New key' }).click()
    await dialog().getByRole('radio', { name: algorithm }).check()
  }

  /** Returns the status of an identification. */
  async function identify(identity: string): Promise<number> {
    const response = await fetch(`${world.url}/api/auth/identify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identity }),
    })
    return response.status
  }

  test('[WEB-120] an admin adds a secret, which is shown once and signs as the page says, and removes it', async () => {
    await page.getByText('There are no keys yet.').waitFor()
    await openDialog(/^With a secret/)
    await press('Add key')
    const secret = await dialog().getByRole('textbox', { name: 'Secret' }).inputValue()
    expect(secret).toMatch(/^dbi_/)
    await press('Done')
    await settingsRow(page, 'HS256').waitFor()
    expect(await page.content()).not.toContain(secret)
    const code = (await page.getByText('await signIdentity(').textContent()) ?? ''
    const [, kid = ''] = code.match(/kid: '([^']+)'/) ?? []
    const [, audience = ''] = code.match(/audience: '([^']+)'/) ?? []
    const sign = () => signIdentity({ kid, secret, audience, subject: 'u-1', name: 'Vera' })
    expect(await identify(await sign())).toBe(200)

    await page.getByRole('button', { name: `Remove: ${kid}` }).click()
    await dialog().getByText('nobody can come as a verified client').waitFor()
    await press('Remove key')
    await page.getByText('There are no keys yet.').waitFor()
    expect(await identify(await sign())).toBe(401)
  })

  test('[WEB-120] a public key is pasted; what is none is refused in words, and a private one is not sent', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' })
    const { calls, framesSent } = watchPage(page)
    await page.reload()
    const sent = () => [...calls, ...framesSent].filter((each) => each.includes('identityKeys.create'))
    await openDialog(/^With a private key/)
    await press('Add key')
    await dialog().getByText('Paste the public key.').waitFor()
    await publicKeyField().fill(String(privatePem))
    await press('Add key')
    await dialog().getByText('This is a private key.').waitFor()
    expect(sent()).toEqual([])
    await publicKeyField().fill(String(rsa))
    await press('Add key')
    await dialog().getByText('This isn’t a public key for ES256').waitFor()
    expect(sent()).toHaveLength(1)
    await publicKeyField().fill(JSON.stringify(publicKey.export({ format: 'jwk' })))
    await press('Add key')
    const kid = await dialog().getByRole('textbox', { name: 'Key ID' }).inputValue()
    await press('Done')
    await settingsRow(page, kid).getByText('ES256', { exact: true }).waitFor()
    const audience = new URL(world.url).host
    expect(await identify(await signIdentity({ kid, privateKey: String(privatePem), audience, subject: 'u-2' }))).toBe(
      200,
    )
  })

  test('[WEB-120] why there is no third key is said in words', async () => {
    await openDialog(/^With a secret/)
    await press('Add key')
    await press('Done')
    await expect.poll(() => page.getByRole('button', { name: /^Remove: / }).count()).toBe(2)
    await openDialog(/^With a secret/)
    await press('Add key')
    await dialog().getByText('There are two keys already.').waitFor()
    await press('Cancel')
    await dialog().waitFor({ state: 'detached' })
  })
})
