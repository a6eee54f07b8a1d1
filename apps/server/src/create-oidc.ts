import { urlOf } from '@deskbell/api/addresses'
import { oidcCallbackPath } from '@deskbell/api/http/oidc/oidc-routes'
import { hasOidcAdmin } from '@deskbell/core/auth/oidc/has-oidc-admin'
import type { Core } from '@deskbell/core/context'
import { AllowedAddresses } from '@deskbell/core/oidc/allowed-addresses'
import { IdentityProvider } from '@deskbell/core/oidc/identity-provider'
import type { Oidc } from '@deskbell/core/oidc/oidc'
import type { Config } from './config/config.ts'
import { StartupError } from './start/startup-error.ts'

/** Returns null where no identity provider is set. The address of the callback comes from the settings only. */
export function createOidc({ oidc, ...addresses }: Pick<Config, 'oidc' | 'publicUrl' | 'consoleUrl'>): Oidc | null {
  const url = urlOf(addresses, 'operator')
  if (oidc === null || url === undefined) return null
  const { allowed, name, ...settings } = oidc
  const redirectUri = new URL(oidcCallbackPath, url).href
  return { provider: new IdentityProvider({ ...settings, redirectUri }), allowed: new AllowedAddresses(allowed), name }
}

/** Throws `StartupError` when `PASSWORDS=off` would lock all admins out. */
export async function requireAdminWithoutPassword(core: Core): Promise<void> {
  if (!core.passwordsOff || (await hasOidcAdmin(core))) return
  throw new StartupError(
    'PASSWORDS=off would lock everybody out, because no admin whom OIDC_ALLOWED names has signed in at OIDC_ISSUER yet: ' +
      'set PASSWORDS=on, let an admin sign in there, and then set it off',
  )
}
