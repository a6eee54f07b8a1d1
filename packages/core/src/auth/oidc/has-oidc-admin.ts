import { listOidcAdmins } from '@deskbell/db/queries/users/oidc'
import type { Core } from '../../context.ts'

/** Reports whether an admin can sign in at the identity provider. */
export async function hasOidcAdmin({ db, oidc }: Core): Promise<boolean> {
  if (oidc === null) return false
  const admins = await listOidcAdmins(db.orm)
  const { provider, allowed } = oidc
  return admins.some(({ email, issuer }) => isSame(issuer, provider.issuer) && email !== null && allowed.has(email))
}

/** The provider may write its address with a slash at the end, and the setting without. */
function isSame(issuer: string, other: string): boolean {
  return new URL(issuer).href === new URL(other).href
}
