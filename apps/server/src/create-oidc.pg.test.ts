import { AllowedAddresses } from '@deskbell/core/oidc/allowed-addresses'
import { adminEmail, startOidcWorld } from '@deskbell/testkit/oidc/oidc-world'
import { TestBrowser } from '@deskbell/testkit/oidc/test-browser'
import { expect, test } from 'vitest'
import { requireAdminWithoutPassword } from './create-oidc.ts'

test('[OIDC-10] PASSWORDS=off starts only when an admin who is not disabled can sign in at the provider', async () => {
  await using world = await startOidcWorld()
  const core = { ...world.server.core, passwordsOff: true }
  const locked = 'PASSWORDS=off would lock everybody out'
  await requireAdminWithoutPassword(world.server.core)
  await expect(requireAdminWithoutPassword(core)).rejects.toThrow(locked)

  await world.invite('bob@example.com')
  world.provider.person = { sub: 'bob', email: 'bob@example.com', email_verified: true, name: 'Bob' }
  expect(await world.signIn(new TestBrowser())).toMatch(/^\/chats\//)
  await expect(requireAdminWithoutPassword(core)).rejects.toThrow(locked)

  const query = (text: string) => world.server.db.pool.query(text)
  await query("update accounts set access = 'admin'")
  await requireAdminWithoutPassword(core)
  const elsewhere = core.oidc && { ...core.oidc, allowed: new AllowedAddresses([adminEmail]) }
  await expect(requireAdminWithoutPassword({ ...core, oidc: elsewhere })).rejects.toThrow(locked)
  await query("update oidc_accounts set issuer = issuer || '/'")
  await requireAdminWithoutPassword(core)
  await query("update oidc_accounts set issuer = 'https://other.example'")
  await expect(requireAdminWithoutPassword(core)).rejects.toThrow(locked)
  await query(`update oidc_accounts set issuer = '${world.provider.issuer}'`)
  await query('update accounts set disabled_at = now() where user_id = (select user_id from oidc_accounts)')
  await expect(requireAdminWithoutPassword(core)).rejects.toThrow(locked)
})
