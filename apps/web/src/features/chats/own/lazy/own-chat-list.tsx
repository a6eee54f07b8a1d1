import type { Chat } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { Badge } from '../../../../components/badge.tsx'
import { Button, buttonClass } from '../../../../components/button.tsx'
import { Icon } from '../../../../components/icon.tsx'
import { AppLink } from '../../../../components/navigation.tsx'
import { useSession } from '../../../../lib/session.ts'
import { activityOf } from '../../known-chats.ts'
import { LastWords, RowTime, rowChosen } from '../../row-parts.tsx'
import type { OwnChats } from '../use-own-chats.ts'

export type OwnChatListProps = {
  readonly own: OwnChats
  readonly selectedId: number | undefined
}

/** The client's own chats, open and closed. */
export function OwnChatList({ own, selectedId }: OwnChatListProps) {
  const { t } = useLingui()
  const { user } = useSession()
  const canStart = own.chats.every((chat) => chat.status === 'closed')
  return (
    <nav aria-label={t`Your chats`} className="flex min-h-0 flex-1 flex-col">
      <h2 className="px-4 pt-4 pb-2 text-small font-semibold text-ink-2">
        <Trans>Your chats</Trans>
      </h2>
      <ul className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2">
        {own.chats.map((chat) => (
          <li key={chat.id}>
            <Row chat={chat} selected={chat.id === selectedId} ownId={user.id} />
          </li>
        ))}
        {own.loadMore !== null && (
          <li className="p-2 text-center">
            <Button look="quiet" onClick={own.loadMore}>
              <Trans>Show more chats</Trans>
            </Button>
          </li>
        )}
      </ul>
      {canStart && (
        <div className="border-t border-line p-3">
          <AppLink to={`/chats/${user.id}?chat=new`} className={`${buttonClass('plain')} w-full`}>
            <Icon name="plus" size={16} />
            <Trans>New chat</Trans>
          </AppLink>
        </div>
      )}
    </nav>
  )
}

function Row({ chat, selected, ownId }: { chat: Chat; selected: boolean; ownId: number }) {
  return (
    <AppLink
      to={`/chats/${ownId}?chat=${chat.id}`}
      aria-current={selected ? 'true' : undefined}
      className={`relative grid min-h-16 w-full grid-cols-[minmax(0,1fr)_auto] content-center gap-x-2 gap-y-0.5 rounded-control px-3 text-start hover:bg-hover focus-visible:-outline-offset-2 forced-ink ${selected ? rowChosen : ''}`}
    >
      <span className={`truncate text-body ${chat.unread > 0 ? 'font-semibold' : 'font-medium'}`}>
        <Partner chat={chat} />
      </span>
      <RowTime at={activityOf(chat)} />
      <span dir="auto" className="truncate text-small text-ink-3 text-left">
        <LastWords message={chat.lastMessage} />
      </span>
      <span className="justify-self-end">
        {chat.status === 'closed' && chat.unread === 0 ? (
          <span className="text-micro font-medium text-ink-3">
            <Trans context="list">Closed</Trans>
          </span>
        ) : (
          <Badge count={chat.unread} />
        )}
      </span>
    </AppLink>
  )
}

function Partner({ chat }: { chat: Chat }) {
  if (chat.operator !== null) return <bdi>{chat.operator.name}</bdi>
  return chat.status === 'open' ? <Trans>Waiting for an operator</Trans> : <Trans>Chat with us</Trans>
}
