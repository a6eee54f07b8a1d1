import type { ErrorCode, PendingFile, PendingMessage } from '@deskbell/sdk'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { errorMessage } from '../../../components/error-message.ts'
import { useFormat } from '../../../components/use-format.ts'
import { altTexts } from '../composer/attached-files.ts'
import { type PendingActionsProps, pendingActionClass } from '../message/pending-actions.ts'

/** Shows why a message is not sent by itself, and what can be done with its text. */
export function PendingButtons({ pending, handlers }: PendingActionsProps) {
  const { clientMsgId, state } = pending
  return (
    <div className="mt-0.5 flex flex-wrap items-center justify-end gap-x-1 text-small">
      {state === 'held' ? <Held {...{ pending, handlers }} /> : <Failed {...{ pending, handlers }} />}
      <button
        type="button"
        className={pendingActionClass}
        onClick={() => handlers.onEdit(pending, filesAgain(pending.files))}
      >
        <Trans>Edit</Trans>
      </button>
      <button type="button" className={pendingActionClass} onClick={() => handlers.onDiscard(clientMsgId)}>
        <Trans>Delete</Trans>
      </button>
    </div>
  )
}

/** Older than a day: perhaps the user does not want to send it any more. */
function Held({ pending, handlers }: PendingActionsProps) {
  const format = useFormat()
  const then = format.daysAgo(pending.createdAt)
  return (
    <>
      <span className="text-end text-warn-text max-md:w-full">
        <Trans>Draft from {then}, not sent.</Trans>
      </span>
      <button type="button" className={pendingActionClass} onClick={() => handlers.onRelease(pending.clientMsgId)}>
        <Trans>Send now</Trans>
      </button>
    </>
  )
}

function Failed({ pending, handlers }: PendingActionsProps) {
  const { i18n } = useLingui()
  const { clientMsgId, text, files, code } = pending
  const retry = () => handlers.onRetry(clientMsgId)
  const instead =
    code === 'chat_closed' &&
    handlers.refused?.({ text, files: filesAgain(files), retry, discard: () => handlers.onDiscard(clientMsgId) })
  return (
    <>
      <span className="text-end text-danger-text max-md:w-full">
        {i18n._(fileError(pending) ?? errorMessage(code))}
      </span>
      {instead || (
        <button type="button" className={pendingActionClass} onClick={retry}>
          <Trans>Try again</Trans>
        </button>
      )}
    </>
  )
}

const fileErrors: Partial<Record<ErrorCode, MessageDescriptor>> = {
  too_large: msg`A file can have at most 25 MB.`,
  unsupported_file: msg`This image can’t be opened. It may be damaged.`,
  quota_exceeded: msg`The limit for files is reached. Try again tomorrow.`,
}

/** Returns why the files of a message were refused. Undefined: they were not. */
function fileError({ code, files = [] }: PendingMessage): MessageDescriptor | undefined {
  if (files.length === 0 || code === null) return undefined
  if (files.some(({ blob }) => blob === null))
    return msg`A file is no longer here. Edit the message and attach it again.`
  return fileErrors[code]
}

/** The files of a message that was not sent, to attach them again. */
function filesAgain(files: readonly PendingFile[] = []): File[] {
  return files.flatMap(({ blob, name, mediaType, alt = '' }) => {
    if (blob === null) return []
    const file = new File([blob], name, { type: mediaType })
    altTexts.set(file, alt)
    return file
  })
}
