import { type InputHTMLAttributes, useId } from 'react'
import { pasteConverted, singleLine } from '../lib/typed-text.ts'

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string
  readonly error?: string | undefined
}

/** A labelled line of text; what is wrong with it stands below in words. */
export function TextField({ label, error, ...rest }: TextFieldProps) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        dir="auto"
        onPaste={(event) => pasteConverted(event, singleLine)}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        className="min-h-11 w-full rounded-control border border-line-strong bg-raised px-3 py-2 text-input aria-invalid:border-danger"
      />
      {error !== undefined && (
        <p id={`${id}-error`} className="text-small text-danger-text">
          {error}
        </p>
      )}
    </div>
  )
}
