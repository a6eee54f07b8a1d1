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

/** Whom the client talks to, and whether somebody is there. */
export function OwnChatHeader({ chat, operatorsOnline, canWrite }: OwnChatHeaderProps) {
  const operator = chat?.operator ?? null
  const words = standing(chat, operatorsOnline === false)
  return (
    <div className="flex min-w-0 items-center gap-3">
      {operator !== null && <Avatar id={operator.id} name={operator.name} />}
      <div className="min-w-0">
        <h2 className="truncate text-title font-semibold">
          {operator === null ? <Trans>Chat with us</Trans> : <bdi>{operator.name}</bdi>}
        </h2>
        <div className="flex flex-wrap gap-x-3 text-small text-ink-2">
          {words !== null && <p>{words}</p>}
          {operatorsOnline !== null && <Presence here={operatorsOnline} canWrite={canWrite} />}
        </div>
      </div>
    </div>
  )
}

/** With nobody there it promises nothing. */
function standing(chat: Chat | undefined, nobodyHere: boolean): ReactNode {
  if (chat?.status === 'closed') return <Trans>This chat is closed</Trans>
  if (chat !== undefined && chat.operator !== null) return <Trans>Your operator</Trans>
  if (nobodyHere) return null
  if (chat === undefined) return <Trans>Message us and we’ll reply here.</Trans>
  return <Trans>Someone will join you shortly</Trans>
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
