import { errorCode, type LoginOutput, type Sdk, type User } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { type AccountField, AccountForm, type AccountValues } from '../../../components/accounts/account-form.tsx'
import { askToSignIn, keptUser, usePreloadedSignIn } from '../../../lib/ask-to-sign-in.ts'

type AccountLinkFormProps = {
  readonly onSignedIn: (user: User) => void
  /** A new password was chosen. A link for one signs nobody in. */
  readonly onReset: () => void
  readonly link: 'setup' | 'invitation' | 'reset'
  readonly token: string
  /** The link was used, has expired, or is not the newest. */
  readonly onGone: () => void
}

/** Makes the account that a link is for, or chooses its new password. */
export function AccountLinkForm({ link, token, onGone, onReset, onSignedIn }: AccountLinkFormProps) {
  usePreloadedSignIn()
  const { fields, submit, call } = links[link]
  return (
    <AccountForm
      fields={fields}
      submit={submit}
      onSubmit={async (values) => {
        try {
          const answer = await askToSignIn('operator', (api, options) => call(api, { token, ...values }, options))
          if (answer === undefined) onReset()
          else onSignedIn(keptUser(answer))
        } catch (error) {
          if (errorCode(error) !== 'not_found') throw error
          onGone()
        }
      }}
    />
  )
}

type Api = Sdk['api']
type LinkValues = AccountValues & { readonly token: string }

type LinkCall = {
  readonly fields: readonly AccountField[]
  readonly submit: ReactNode
  readonly call: (
    api: Api,
    values: LinkValues,
    options: { readonly signal: AbortSignal },
  ) => Promise<LoginOutput | undefined>
}

const links: Record<AccountLinkFormProps['link'], LinkCall> = {
  setup: {
    fields: ['email', 'name', 'newPassword'],
    submit: <Trans>Create admin account</Trans>,
    call: (api, { token, email, name, password }, options) =>
      api.auth.setUp.mutate({ token, email, name, password }, options),
  },
  invitation: {
    fields: ['name', 'newPassword'],
    submit: <Trans>Create account</Trans>,
    call: (api, { token, name, password }, options) => api.auth.accept.mutate({ token, name, password }, options),
  },
  reset: {
    fields: ['newPassword'],
    submit: <Trans>Save</Trans>,
    call: async (api, { token, password }, options) => {
      await api.auth.resetPassword.mutate({ token, password }, options)
      return undefined
    },
  },
}
