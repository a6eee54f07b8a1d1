import type { Chat } from '@deskbell/contract/chats'
import type { Timeline } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { AppLink } from '../../../components/app-link.tsx'
import { Avatar } from '../../../components/avatar.tsx'
import { Button, iconButtonClass } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { readShortcuts } from '../../../lib/shortcuts.ts'
import { ClientPresence } from './client-presence.tsx'
import type { ChatActions } from './use-chat-actions.ts'
import { reopenKey } from './use-console-keys.ts'

type ChatHeaderProps = {
  readonly chat: Chat
  readonly ownId: number
  readonly presence: Timeline['presence']
  readonly actions: ChatActions
  readonly onClose: () => void
  readonly onReopen: () => void
  readonly onBack: () => void
  /** The pressed button is gone then: the focus needs another place. */
  readonly onDone: () => void
}

/** Who the client is, whose chat it is, and what the operator can do with it. */
export function ChatHeader(props: ChatHeaderProps) {
  const { chat, ownId, presence } = props
  const { t } = useLingui()
  const { client } = chat
  return (
    <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line ps-5 pe-4 py-1.5 max-md:gap-x-2 max-md:ps-1 max-md:pe-2 short:min-h-0 short:flex-nowrap short:py-0.5 print:hidden">
      <AppLink to={`/chats/${ownId}`} aria-label={t`Back to list`} className={`${iconButtonClass} md:hidden`}>
        <Icon name="back" size={20} flip />
      </AppLink>
      <span className="inline-flex short:hidden">
        <Avatar id={client.id} name={client.name} size="row" here={presence?.online} />
      </span>
      <div className="min-w-0 flex-1 basis-36 short:min-w-12 short:basis-16">
        <h2 className="truncate text-read font-semibold">
          <bdi>{client.name}</bdi>
        </h2>
        {/* One line: what comes later must not push the messages down. */}
        <p className="flex min-w-0 gap-x-2 overflow-hidden whitespace-nowrap text-meta text-ink-3 short:hidden">
          <bdi className="truncate max-md:hidden">{client.email}</bdi>
          <span aria-hidden="true" className="max-md:hidden">
            ·
          </span>
          <span className="shrink-0">
            <Standing chat={chat} ownId={ownId} />
          </span>
          {presence !== null && <ClientPresence presence={presence} />}
        </p>
      </div>
      <Acts {...props} />
    </header>
  )
}

function Standing({ chat, ownId }: { chat: Chat; ownId: number }) {
  if (chat.status === 'closed') return <Trans>Closed</Trans>
  if (chat.operator === null) return <Trans>Unassigned</Trans>
  if (chat.operator.id === ownId) return <Trans>Assigned to you</Trans>
  return <bdi>{chat.operator.name}</bdi>
}

function Acts({ chat, ownId, actions, onClose, onReopen, onBack, onDone }: ChatHeaderProps) {
  if (chat.status === 'closed') {
    return (
      <Button
        busy={actions.isBusy(chat, 'reopen')}
        aria-keyshortcuts={readShortcuts() ? reopenKey : undefined}
        onClick={onReopen}
      >
        <Trans>Reopen</Trans>
      </Button>
    )
  }
  return (
    <div className="flex shrink-0 gap-2 max-md:w-full max-md:ps-2 max-md:pb-0.5 short:w-auto short:shrink short:gap-1 short:p-0 short:[&>button]:px-2 not-short:max-md:[&>:not([data-icon])]:flex-1">
      {chat.operator === null && (
        <Button busy={actions.isBusy(chat, 'take')} onClick={() => actions.take(chat)}>
          <Trans>Take chat</Trans>
        </Button>
      )}
      {typeof chat.waitingSince === 'string' && <NoReply chat={chat} actions={actions} />}
      {chat.operator?.id === ownId && (
        <Button
          busy={actions.isBusy(chat, 'giveBack')}
          onClick={() => {
            actions.giveBack(chat, () => {
              onBack()
              onDone()
            })
          }}
        >
          <Trans>Return to queue</Trans>
        </Button>
      )}
      <Button look="danger" busy={actions.isBusy(chat, 'close')} onClick={onClose}>
        <Trans>Close Chat</Trans>
      </Button>
    </div>
  )
}

/** Takes a client who only said thanks out of those who wait. Its words need a wide window, its name is there always. */
function NoReply({ chat, actions }: Pick<ChatHeaderProps, 'chat' | 'actions'>) {
  const { t } = useLingui()
  return (
    <Button
      data-icon
      busy={actions.isBusy(chat, 'noReply')}
      aria-label={t`No reply needed`}
      title={t`No reply needed`}
      onClick={() => actions.noReply(chat)}
    >
      <Icon name="check" />
      <span className="max-xl:hidden">
        <Trans>No reply needed</Trans>
      </span>
    </Button>
  )
}
