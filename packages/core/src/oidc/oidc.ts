import type { AllowedAddresses } from './allowed-addresses.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** How operators sign in at an identity provider. `name`: as the pages call it. */
export type Oidc = {
  readonly provider: IdentityProvider
  readonly allowed: AllowedAddresses
  readonly name: string
}
