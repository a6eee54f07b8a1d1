import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Avatar } from '../../../components/avatar.tsx'
import { PresenceSign } from '../../../components/presence-sign.tsx'

type OwnChatHeaderProps = {
  readonly chat: Chat | undefined
  /** Null: not known at this moment. */
  readonly operatorsOnline: boolean | null
  readonly canWrite: boolean
}

/** Whom the client talks to, and one line about it: that it is over, whether somebody is there, or what comes next. */
export function OwnChatHeader({ chat, operatorsOnline, canWrite }: OwnChatHeaderProps) {
  const operator = chat?.operator ?? null
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 border-line md:border-s md:ps-4">
      {operator !== null && (
        <span className="inline-flex max-sm:hidden short:hidden">
          <Avatar id={operator.id} name={operator.name} size="row" />
        </span>
      )}
      <div className="min-w-0">
        <h2 className="truncate text-read font-semibold">
          {operator === null ? <Trans>Chat with us</Trans> : <bdi>{operator.name}</bdi>}
        </h2>
        <div className="text-meta text-ink-2 short:hidden">
          <Standing chat={chat} operatorsOnline={operatorsOnline} canWrite={canWrite} />
        </div>
      </div>
    </div>
  )
}

function Standing({ chat, operatorsOnline, canWrite }: OwnChatHeaderProps): ReactNode {
  if (chat?.status === 'closed' && operatorsOnline !== false) return <Trans>This chat is closed</Trans>
  if (operatorsOnline !== null) return <Presence here={operatorsOnline} canWrite={canWrite} />
  if (chat === undefined) return <Trans>Message us and we’ll reply here.</Trans>
  return chat.operator === null ? <Trans>Someone will join you shortly</Trans> : <Trans>Your operator</Trans>
}

function Presence({ here, canWrite }: { here: boolean; canWrite: boolean }) {
  return (
    <p className="flex min-w-0 items-baseline gap-1.5">
      <PresenceSign here={here} />
      <span>
        {here ? (
          <Trans>We’re online</Trans>
        ) : canWrite ? (
          <Trans>We’re offline. Leave a message and we’ll reply here.</Trans>
        ) : (
          <Trans>We’re offline right now.</Trans>
        )}
      </span>
    </p>
  )
}
