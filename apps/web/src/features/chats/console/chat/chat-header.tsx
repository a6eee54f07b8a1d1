import type { Chat, Timeline } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { Avatar } from '../../../../components/avatar.tsx'
import { PresenceSign } from '../../../../components/badge.tsx'
import { Button, iconButtonClass } from '../../../../components/button.tsx'
import { Icon } from '../../../../components/icon.tsx'
import { AppLink } from '../../../../components/navigation.tsx'
import { useFormat } from '../../../../components/use-format.ts'
import { timeAgo } from '../../../../lib/day-clock.ts'
import { reopenKey } from '../console-keys.tsx'
import { readShortcuts } from '../keys.ts'
import { VerifiedSign } from '../verified-sign.tsx'
import type { ChatActions } from './use-chat-actions.ts'

type ChatHeaderProps = {
  readonly chat: Chat
  readonly ownId: number
  readonly presence: Timeline['presence']
  /** Says of a client that is not verified that it is not. Not in open mode, where nobody proves who they are. */
  readonly namesUnverified: boolean
  readonly actions: ChatActions
  readonly onCloseChat: () => void
  readonly onReopen: () => void
  readonly onBack: () => void
  /** Moves the focus, because the pressed button is removed. */
  readonly onDone: () => void
}

/** Shows the client, who handles the chat, and the operator's actions. */
export function ChatHeader(props: ChatHeaderProps) {
  const { chat, ownId, presence, namesUnverified } = props
  const { t } = useLingui()
  const { client } = chat
  return (
    <header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line ps-5 pe-4 py-1.5 max-md:gap-x-2 max-md:ps-1 max-md:pe-2 short:min-h-0 short:flex-nowrap short:py-0.5 print:hidden">
      <AppLink to={`/chats/${ownId}`} aria-label={t`Back to list`} className={`${iconButtonClass} md:hidden`}>
        <Icon name="back" size={20} flip />
      </AppLink>
      <span className="inline-flex short:hidden">
        <Avatar id={client.id} name={client.name} url={client.avatarUrl} size="row" online={presence?.online} />
      </span>
      <div className="min-w-0 flex-1 basis-36 short:min-w-12 short:basis-16">
        <div className="flex min-w-0 items-center gap-1.5">
          <h2 className="truncate text-read font-semibold">
            <bdi>{client.name}</bdi>
          </h2>
          {client.verified && <VerifiedSign />}
        </div>
        {/* One line: content that arrives later must not push the messages down. */}
        <p className="flex min-w-0 gap-x-2 overflow-hidden whitespace-nowrap text-meta text-ink-3 short:hidden">
          {client.email !== null && (
            <>
              <bdi className="truncate max-md:hidden">{client.email}</bdi>
              <span aria-hidden="true" className="max-md:hidden">
                ·
              </span>
            </>
          )}
          {!client.verified && namesUnverified && <NotVerified />}
          <span className="shrink-0">
            <ChatStatusText chat={chat} ownId={ownId} />
          </span>
          {presence !== null && <ClientPresence presence={presence} />}
        </p>
      </div>
      <ChatHeaderActions {...props} />
    </header>
  )
}

function NotVerified() {
  const { t } = useLingui()
  return (
    <>
      <span title={t`Your site hasn’t signed who this is`} className="shrink-0">
        <Trans>Not verified</Trans>
      </span>
      <span aria-hidden="true">·</span>
    </>
  )
}

function ChatStatusText({ chat, ownId }: { chat: Chat; ownId: number }) {
  if (chat.status === 'closed') return <Trans>Closed</Trans>
  if (chat.operator === null) return <Trans>Unassigned</Trans>
  if (chat.operator.id === ownId) return <Trans>Assigned to you</Trans>
  return <bdi>{chat.operator.name}</bdi>
}

function ChatHeaderActions({ chat, ownId, actions, onCloseChat, onReopen, onBack, onDone }: ChatHeaderProps) {
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
      <Button look="danger" busy={actions.isBusy(chat, 'close')} onClick={onCloseChat}>
        <Trans>Close Chat</Trans>
      </Button>
    </div>
  )
}

/**
 * Takes a client who only said thanks out of those who wait. Its text is visible only in a wide window, its accessible
 * name is always there.
 */
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

/**
 * Shows whether the client is online, or when it was last. Screen readers do not announce changes: they come at any
 * time.
 */
export function ClientPresence({ presence }: { presence: NonNullable<Timeline['presence']> }) {
  const { online, seenAt } = presence
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5">
      <PresenceSign online={online} />
      {online ? <Trans>Online</Trans> : seenAt === null ? <Trans>Never visited</Trans> : <LastSeen at={seenAt} />}
    </span>
  )
}

const tickMs = 15_000

function LastSeen({ at }: { at: string }) {
  const format = useFormat()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [at])
  const ago = timeAgo(Date.parse(at), now)
  const words = ago === null ? null : format.ago(ago.value, ago.unit)
  return (
    <time dateTime={at} title={format.moment(at)}>
      {words === null ? <Trans>Last seen just now</Trans> : <Trans>Last seen {words}</Trans>}
    </time>
  )
}
