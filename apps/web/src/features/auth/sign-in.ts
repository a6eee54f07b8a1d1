import type { LoginInput, User } from '@deskbell/contract/users'

/** Signs in; the session comes as a cookie. The SDK is loaded for it only now: the form itself does not need it. */
export async function signIn(input: LoginInput): Promise<User> {
  const { createSdk } = await import('@deskbell/sdk')
  const sdk = createSdk({ url: location.origin, role: input.role, session: 'cookie' })
  try {
    return (await sdk.login(input)).user
  } finally {
    sdk.close()
  }
}
