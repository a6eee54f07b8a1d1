import { errorCode, type User } from '@deskbell/sdk'
import { t } from '@lingui/core/macro'
import { WordedError } from '../../../../components/accounts/account-error.ts'
import { askToSignIn, keptUser } from '../../../../lib/ask-to-sign-in.ts'
import { assertionFor, canUsePasskeys } from '../../../../lib/passkeys.ts'

/** Signs in an operator without a password. Rejects with words for the person, or as a call does. */
export async function signInByPasskey(): Promise<User> {
  if (!canUsePasskeys()) throw new WordedError(t`This browser can’t use passkeys.`)
  const { options } = await askToSignIn('operator', (api, call) => api.auth.passkeyOptions.mutate({}, call))
  const assertion = await assertionFor(options).catch((error: unknown) => {
    if (error instanceof DOMException) throw new WordedError(t`No passkey was used.`)
    throw error
  })
  try {
    return keptUser(await askToSignIn('operator', (api, call) => api.auth.passkeySignIn.mutate({ assertion }, call)))
  } catch (error) {
    if (errorCode(error) !== 'invalid_credentials') throw error
    throw new WordedError(t`This passkey isn’t in use here, or the account is disabled.`)
  }
}
