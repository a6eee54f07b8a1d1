import type { Chat } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { type RefObject, useEffect } from 'react'
import { Button } from '../../../../components/button.tsx'
import { Dialog } from '../../../../components/dialog.tsx'
import { Notice, noticeActionClass } from '../../../../components/notice.tsx'

type ClosedChatDraftProps = {
  readonly draft: string
  /** True if the returning composer gets the focus, because this user reopened the chat. */
  readonly returnsFocus: RefObject<boolean>
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
}

/** Replaces the composer of a closed chat. The draft stays visible, and is back when the chat is reopened. */
export function ClosedChatDraft({ draft, returnsFocus, composerRef }: ClosedChatDraftProps) {
  useEffect(
    () => () => {
      if (returnsFocus.current) composerRef.current?.focus()
      returnsFocus.current = false
    },
    [returnsFocus, composerRef],
  )
  return (
    <div className="border-t border-line px-4 py-4 text-center text-body text-ink-2">
      <p>
        <Trans>This chat is closed.</Trans> <Trans>Reopen it to reply.</Trans>
      </p>
      {draft !== '' && (
        <label className="mx-auto mt-3 grid max-w-[48rem] gap-1.5 text-start text-small font-medium">
          <Trans>Your unsent draft:</Trans>
          <textarea
            readOnly
            dir="auto"
            value={draft}
            className="field-sizing-content max-h-40 w-full resize-none rounded-control border border-line bg-raised px-3 py-2 text-input font-normal text-ink"
          />
        </label>
      )}
    </div>
  )
}

/** Warns that another operator handles this chat. A reply is possible, but should be deliberate. */
export function NotYours({ chat, busy, onTakeOver }: { chat: Chat; busy: boolean; onTakeOver: () => void }) {
  const owner = <bdi className="font-medium">{chat.operator?.name}</bdi>
  return (
    <Notice
      look="warn"
      action={
        <button
          type="button"
          aria-busy={busy}
          aria-disabled={busy}
          className={`${noticeActionClass} aria-busy:animate-busy`}
          onClick={onTakeOver}
        >
          <Trans>Take over</Trans>
        </button>
      }
    >
      <Trans>{owner} is handling this chat.</Trans>
    </Notice>
  )
}

type NewerDialogProps = {
  readonly chat: Chat
  readonly onRead: () => void
  readonly onDismiss: () => void
  readonly onCloseChat: () => void
}

/** Shown when closing would have included something that the operator has not seen. */
export function NewerDialog({ chat, onRead, onDismiss, onCloseChat }: NewerDialogProps) {
  const { t } = useLingui()
  const client = <bdi className="font-medium">{chat.client.name}</bdi>
  return (
    <Dialog title={t`New message`} onDismiss={onDismiss}>
      <p className="text-body">
        <Trans>{client} sent another message, so the chat wasn’t closed.</Trans>
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button look="danger" onClick={onCloseChat}>
          <Trans>Close anyway</Trans>
        </Button>
        <Button look="primary" onClick={onRead}>
          <Trans>View message</Trans>
        </Button>
      </div>
    </Dialog>
  )
}
