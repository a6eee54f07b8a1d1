import { messageTextBytesMax } from '@deskbell/contract/limits'
import { Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../components/use-format.ts'
import { composedText, textRoom } from './composed-text.ts'
import { composerAction } from './composer-keys.ts'

type ComposerProps = {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSubmit: (text: string) => void
  /** Enter without a text. */
  readonly onEmpty?: (() => void) | undefined
  readonly onEscape?: (() => void) | undefined
  /** The arrow up in an empty composer. */
  readonly onArrowUp?: (() => void) | undefined
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** While a message that was sent is being changed: what stands above, and whether that is on its way. */
  readonly editing?: { readonly bar: ReactNode; readonly saving: boolean } | undefined
}

/** A plain text area, so that input methods, spelling, undo and screen readers simply work. */
export function Composer(props: ComposerProps) {
  const { onText, onSubmit, onEmpty, inputRef, editing } = props
  const { t } = useLingui()
  const id = useId()
  const [refused, setRefused] = useState(false)
  const text = composedText(props.text)
  const room = textRoom(text)
  const submit = () => {
    setRefused(room.kind === 'over')
    inputRef.current?.focus()
    if (text === '') onEmpty?.()
    else if (room.kind !== 'over') onSubmit(text)
  }
  return (
    <form
      className="mx-auto w-full max-w-[48rem] px-4 pt-2 pb-[max(12px,env(safe-area-inset-bottom))]"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <label htmlFor={id} className="sr-only">
        {editing === undefined ? <Trans>Message</Trans> : <Trans>New message text</Trans>}
      </label>
      {editing?.bar}
      <div className="flex items-end gap-2 rounded-card border border-line-strong bg-raised p-1.5 shadow-card focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus">
        <textarea
          ref={inputRef}
          id={id}
          dir="auto"
          rows={1}
          value={props.text}
          readOnly={editing?.saving}
          placeholder={t`Write a message`}
          enterKeyHint="send"
          aria-describedby={room.kind === 'plenty' ? undefined : `${id}-room`}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => onComposerKey(event, { ...props, submit })}
          className="field-sizing-content max-h-40 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-1.5 text-input outline-none"
        />
        <button
          type="submit"
          aria-label={editing === undefined ? t`Send` : t`Save`}
          title={editing === undefined ? t`Send` : t`Save`}
          className="inline-flex size-9 shrink-0 items-center justify-center rounded-control bg-accent text-accent-on hover:bg-accent-hover max-md:size-10"
        >
          {editing === undefined ? <Icon name="send" flip /> : <Icon name="check" />}
        </button>
      </div>
      {room.kind !== 'plenty' && (
        <Room id={`${id}-room`} bytes={room.bytes} over={room.kind === 'over'} urgent={refused} />
      )}
    </form>
  )
}

type KeyActions = Pick<ComposerProps, 'text' | 'onEscape' | 'onArrowUp'> & { readonly submit: () => void }

function onComposerKey(event: KeyboardEvent, { text, onEscape, onArrowUp, submit }: KeyActions): void {
  const action = composerAction(event.nativeEvent, text)
  if (action === 'escape') onEscape?.()
  if (action !== 'submit' && (action !== 'arrow-up' || onArrowUp === undefined)) return
  event.preventDefault()
  if (action === 'submit') submit()
  else onArrowUp?.()
}

type RoomProps = { readonly id: string; readonly bytes: number; readonly over: boolean; readonly urgent: boolean }

function Room({ id, bytes, over, urgent }: RoomProps) {
  const format = useFormat()
  const used = format.count(bytes)
  const most = format.count(messageTextBytesMax)
  return (
    <p
      id={id}
      role={over && urgent ? 'alert' : undefined}
      className={`mt-1 text-meta ${over ? 'text-danger-text' : 'text-ink-3'}`}
    >
      {over ? (
        <Trans>
          Too long for one message: {used} of {most} bytes. Shorten it or send it in parts.
        </Trans>
      ) : (
        <Trans>
          {used} of {most} bytes
        </Trans>
      )}
    </p>
  )
}
