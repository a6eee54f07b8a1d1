import { Trans, useLingui } from '@lingui/react/macro'
import { type ComponentProps, useState } from 'react'
import { TextField } from '../form/fields.tsx'

type PasswordFieldProps = Pick<ComponentProps<typeof TextField>, 'label' | 'error' | 'hint' | 'name'> & {
  /** Password managers offer to make one, and to store it. */
  readonly isNew?: boolean
}

/** A field for a password, which can be shown. */
export function PasswordField({ isNew = false, ...rest }: PasswordFieldProps) {
  const { t } = useLingui()
  const [isShown, setShown] = useState(false)
  return (
    <TextField
      {...rest}
      type={isShown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      autoCapitalize="none"
      spellCheck={false}
      required
      dir="ltr"
      // A password is what was pasted, to the letter.
      onPaste={undefined}
      end={
        <button
          type="button"
          aria-label={isShown ? t`Hide password` : t`Show password`}
          onClick={() => setShown(!isShown)}
          className="control absolute inset-y-0 end-1 my-auto h-8 rounded-control px-2 text-small font-medium text-ink-2 hover:bg-hover hover:text-ink"
        >
          {isShown ? <Trans>Hide</Trans> : <Trans>Show</Trans>}
        </button>
      }
    />
  )
}
