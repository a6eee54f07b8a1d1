import { Trans, useLingui } from '@lingui/react/macro'
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { lazyPart } from '../../components/lazy-part.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import { insertText, pasteConverted, separated } from '../../lib/typed-text.ts'
import { composedText, textRoom } from './composed-text.ts'
import { composerAction } from './composer-keys.ts'
import type { TextRoomProps } from './tools/text-room.tsx'
import { useFilesNotice } from './use-files-notice.tsx'

const TextRoom = lazyPart<TextRoomProps>(
  async () => (await withCatalogs(['parts'], () => import('./tools/text-room.tsx'))).TextRoom,
)

type ComposerProps = {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSubmit: (text: string) => void
  /** Enter without a text. */
  readonly onEmpty?: (() => void) | undefined
  readonly onEscape?: (() => void) | undefined
  /** The arrow up in an empty composer. */
  readonly onArrowUp?: (() => void) | undefined
  /** Undo in an empty composer, whose own history may not have what was taken from it. */
  readonly onUndo?: (() => void) | undefined
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
  const files = useFilesNotice()
  const room = textRoom(text)
  const submit = () => {
    setRefused(room.kind === 'over')
    inputRef.current?.focus()
    if (text === '') onEmpty?.()
    else if (room.kind !== 'over') onSubmit(text)
  }
  return (
    <form
      className="mx-auto w-full max-w-[51rem] px-6 pt-1 pb-[max(1rem,env(safe-area-inset-bottom))] max-md:px-3 max-md:pb-[max(0.75rem,env(safe-area-inset-bottom))] short:px-2 short:pb-1 print:hidden"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <label htmlFor={id} className="sr-only">
        {editing === undefined ? <Trans>Message</Trans> : <Trans>New message text</Trans>}
      </label>
      {editing?.bar}
      <div className="composer-card flex flex-wrap items-end justify-end gap-x-2 rounded-card border border-line-strong bg-raised p-1.5 shadow-card short:flex-nowrap short:p-0.5">
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
          onPaste={(event) => onPaste(event, files.show)}
          onKeyDown={(event) => onComposerKey(event, { ...props, submit })}
          className="field-sizing-content max-h-[min(12.5rem,30dvh)] min-h-8 w-full min-w-0 resize-none bg-transparent px-2 py-1.5 text-body shadow-none outline-none pointer-coarse:min-h-11 pointer-coarse:py-2.5 pointer-coarse:text-input max-md:w-0 max-md:flex-1 short:w-0 short:flex-1 short:py-1"
        />
        <span aria-hidden="true" className="py-2 text-meta text-ink-3 select-none max-md:hidden short:hidden">
          {editing === undefined ? <Trans>Enter to send</Trans> : <Trans>Enter to save</Trans>}
        </span>
        <button
          type="submit"
          aria-label={editing === undefined ? t`Send` : t`Save`}
          title={editing === undefined ? t`Send` : t`Save`}
          className={`control-square inline-flex shrink-0 items-center justify-center rounded-full transition-colors duration-75 forced-frame ${text === '' ? 'bg-sunken text-ink-3 hover:bg-hover' : 'bg-accent text-accent-on hover:bg-accent-hover'}`}
        >
          {editing === undefined ? <Icon name="up" size={18} strong={text !== ''} /> : <Icon name="check" size={18} />}
        </button>
      </div>
      {files.notice}
      {room.kind !== 'plenty' && (
        <TextRoom id={`${id}-room`} chars={room.chars} over={room.kind === 'over'} urgent={refused} />
      )}
    </form>
  )
}

type KeyActions = Pick<ComposerProps, 'text' | 'onEscape' | 'onArrowUp' | 'onUndo'> & { readonly submit: () => void }

function onComposerKey(
  event: KeyboardEvent<HTMLTextAreaElement>,
  { text, onEscape, onArrowUp, onUndo, submit }: KeyActions,
): void {
  const action = composerAction(event.nativeEvent, text)
  if (action === 'escape') onEscape?.()
  if (action === 'undo') onUndo?.()
  if (action === 'break') {
    event.preventDefault()
    insertText(event.currentTarget, '\n')
  }
  if (action !== 'submit' && (action !== 'arrow-up' || onArrowUp === undefined)) return
  event.preventDefault()
  if (action === 'submit') submit()
  else onArrowUp?.()
}

function onPaste(event: ClipboardEvent<HTMLTextAreaElement>, onFiles: () => void): void {
  const { types, files } = event.clipboardData
  if (files.length > 0 && !types.includes('text/plain')) onFiles()
  else pasteConverted(event, separated)
}
