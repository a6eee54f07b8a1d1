import { messageTextBytesMax } from '@deskbell/contract/limits'
import { Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../components/use-format.ts'
import { composedText, textRoom } from './composed-text.ts'
import { sends } from './composer-keys.ts'

type ComposerProps = {
  readonly draft: string
  readonly onDraft: (text: string) => void
  readonly onSend: (text: string) => void
  readonly onEscape?: (() => void) | undefined
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/** A plain text area, so that input methods, spelling, undo and screen readers simply work. */
export function Composer({ draft, onDraft, onSend, onEscape, inputRef }: ComposerProps) {
  const { t } = useLingui()
  const id = useId()
  const [refused, setRefused] = useState(false)
  const text = composedText(draft)
  const room = textRoom(text)
  const submit = () => {
    setRefused(room.kind === 'over')
    inputRef.current?.focus()
    if (text !== '' && room.kind !== 'over') onSend(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) onEscape?.()
    if (!sends(event.nativeEvent)) return
    event.preventDefault()
    submit()
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
        <Trans>Message</Trans>
      </label>
      <div className="flex items-end gap-2 rounded-card border border-line-strong bg-raised p-1.5 shadow-card focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus">
        <textarea
          ref={inputRef}
          id={id}
          dir="auto"
          rows={1}
          value={draft}
          placeholder={t`Write a message`}
          enterKeyHint="send"
          aria-describedby={room.kind === 'plenty' ? undefined : `${id}-room`}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-40 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-1.5 text-input outline-none"
        />
        <button
          type="submit"
          aria-label={t`Send`}
          title={t`Send`}
          className="inline-flex size-9 shrink-0 items-center justify-center rounded-control bg-accent text-accent-on hover:bg-accent-hover max-md:size-10"
        >
          <Icon name="send" flip />
        </button>
      </div>
      {room.kind !== 'plenty' && (
        <Room id={`${id}-room`} bytes={room.bytes} over={room.kind === 'over'} urgent={refused} />
      )}
    </form>
  )
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
