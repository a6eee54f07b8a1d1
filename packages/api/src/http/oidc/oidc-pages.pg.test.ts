import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOidcWorld } from '@deskbell/testkit/oidc/oidc-world'
import { startTestServer } from '@deskbell/testkit/test-server'
import { expect, test } from 'vitest'

const html = '<!doctype html><html><head><meta name="deskbell-auth-mode" content=""></head><body></body></html>'

test('[OIDC-13] the pages learn the name of the provider, and whether passwords are off, in secure mode only', async () => {
  const pagesDir = await mkdtemp(join(tmpdir(), 'deskbell-pages-'))
  await writeFile(join(pagesDir, 'index.html'), html)
  const name = `Ann's "$&" <SSO>`
  await using world = await startOidcWorld({ pagesDir, name })
  const { oidc } = world.server.core
  await using passwordless = await startTestServer({
    ...{ pagesDir, oidc, passwordsOff: true, authMode: 'secure', publicUrl: 'http://localhost' },
  })
  await using open = await startTestServer({ pagesDir, oidc, passwordsOff: true })
  const metas = async (url: string) => {
    const text = await (await fetch(url.replace('127.0.0.1', 'localhost'))).text()
    return Object.fromEntries(
      [...text.matchAll(/<meta name="deskbell-([\w-]+)" content="([^"<>]*)">/g)].map(([, key = '', value]) => [
        key,
        value,
      ]),
    )
  }
  const escaped = 'Ann&#39;s &#34;$&#38;&#34; &#60;SSO&#62;'
  const secure = { 'auth-mode': 'secure', 'closed-chat': 'say', 'oidc-name': escaped }
  expect(await metas(world.url)).toEqual(secure)
  expect(await metas(passwordless.url)).toEqual({ ...secure, passwords: 'off' })
  expect(await metas(open.url)).toEqual({ 'auth-mode': 'open', 'closed-chat': 'say' })
  await rm(pagesDir, { recursive: true })
})
