import { Trans, useLingui } from '@lingui/react/macro'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useId,
  useLayoutEffect,
  useState,
} from 'react'
import { Icon } from '../../../components/icon.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { withCatalogs } from '../../../lib/i18n.ts'
import { insertText, pasteConverted, separated } from '../../../lib/typed-text.ts'
import type { ComposerFilesProps } from '../lazy/composer-files.tsx'
import type { TextRoomProps } from '../lazy/composer-notices.tsx'
import type { AttachedFiles } from './attached-files.ts'
import { composedText, composerAction, textRoom } from './composer-input.ts'

const TextRoom = lazyPart<TextRoomProps>(
  async () => (await withCatalogs(['parts'], () => import('../lazy/composer-notices.tsx'))).TextRoom,
)

/** Attaches files, and shows them above the text. */
const ComposerFiles = lazyPart<ComposerFilesProps>(
  async () => (await withCatalogs(['parts'], () => import('../lazy/composer-files.tsx'))).ComposerFiles,
)

type ComposerProps = {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSubmit: (text: string) => void
  /** Called on Enter without a text. */
  readonly onEmpty?: (() => void) | undefined
  readonly onEscape?: (() => void) | undefined
  /** Called on the up arrow in an empty composer. */
  readonly onArrowUp?: (() => void) | undefined
  /** Called on undo in an empty composer, whose own history may lack the removed text. */
  readonly onUndo?: (() => void) | undefined
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** Undefined where a message has no files. */
  readonly attached?: AttachedFiles | undefined
  /** Set while a sent message is edited: what is shown above, and whether the edit is being saved. */
  readonly editing?: { readonly bar: ReactNode; readonly saving: boolean } | undefined
}

/** A plain text area, so that input methods, spelling, undo and screen readers simply work. */
export function Composer(props: ComposerProps) {
  const { onText, onSubmit, onEmpty, inputRef, attached, editing } = props
  const { t } = useLingui()
  const id = useId()
  const [refused, setRefused] = useState(false)
  const text = composedText(props.text)
  const [buttonPlace, setButtonPlace] = useState<HTMLElement | null>(null)
  const isEmpty = text === '' && !attached?.files.length
  const room = textRoom(text)
  const submit = () => {
    setRefused(room.kind === 'over')
    inputRef.current?.focus()
    if (isEmpty) onEmpty?.()
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
        {attached !== undefined && <ComposerFiles attached={attached} buttonPlace={buttonPlace} />}
        {/* The text again: it gives the field its height where a browser does not size fields. */}
        <div
          data-text={props.text}
          className="growing-field w-full min-w-0 text-body pointer-coarse:text-input max-md:w-0 max-md:flex-1 short:w-0 short:flex-1"
        >
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
            onPaste={onPaste}
            onKeyDown={(event) => onComposerKey(event, { ...props, submit })}
          />
        </div>
        {attached !== undefined && (
          <span ref={setButtonPlace} className="control-square me-auto inline-flex max-md:-order-1 short:-order-1" />
        )}
        <span aria-hidden="true" className="py-2 text-meta text-ink-3 select-none max-md:hidden short:hidden">
          {editing === undefined ? <Trans>Enter to send</Trans> : <Trans>Enter to save</Trans>}
        </span>
        <button
          type="submit"
          aria-label={editing === undefined ? t`Send` : t`Save`}
          title={editing === undefined ? t`Send` : t`Save`}
          className={`control-square inline-flex shrink-0 items-center justify-center rounded-full transition-colors duration-75 forced-frame ${isEmpty ? 'bg-sunken text-ink-3 hover:bg-hover' : 'bg-accent text-accent-on hover:bg-accent-hover'}`}
        >
          {editing === undefined ? <Icon name="up" size={18} strong={!isEmpty} /> : <Icon name="check" size={18} />}
        </button>
      </div>
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

function onPaste(event: ClipboardEvent<HTMLTextAreaElement>): void {
  // `ComposerFiles` takes files.
  if (event.clipboardData.types.includes('text/plain')) pasteConverted(event, separated)
}

/** Says that the draft ends with the tab. Hardly any device is full, so it is loaded later. */
export const DraftNotKept = lazyPart(
  async () => (await withCatalogs(['parts'], () => import('../lazy/composer-notices.tsx'))).DraftNotKeptNotice,
)

/**
 * Focuses the composer when it appears and nothing else has the focus: at the start of a page, and when it replaces
 * another composer, so that the user can type on without losing a key.
 */
export function useFreeFocus(composerRef: RefObject<HTMLTextAreaElement | null>, wanted = true): void {
  useLayoutEffect(() => {
    const composer = composerRef.current
    const { activeElement } = document
    if (!wanted || composer === null || (activeElement !== null && activeElement !== document.body)) return
    composer.focus({ preventScroll: true })
    composer.setSelectionRange(composer.value.length, composer.value.length)
  }, [wanted, composerRef])
}
