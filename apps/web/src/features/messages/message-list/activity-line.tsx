import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormat } from '../../../components/use-format.ts'
import { useSession } from '../../../lib/session.ts'
import type { ActivityEntry } from './timeline-items.ts'

/** A change of the chat that is not a message: one muted line. */
export function ActivityLine({ entry }: { entry: ActivityEntry }) {
  const format = useFormat()
  return (
    <p data-key={`entry-${entry.seq}`} data-seq={entry.seq} className="py-2 text-center text-meta text-ink-3">
      <ActivityText entry={entry} />{' '}
      <time dateTime={entry.at} title={format.moment(entry.at)}>
        {format.time(entry.at)}
      </time>
    </p>
  )
}

function ActivityText({ entry }: { entry: ActivityEntry }): ReactNode {
  const actor = <bdi className="font-medium">{entry.actor?.name}</bdi>
  switch (entry.kind) {
    case 'assigned':
      return <Assigned entry={entry} />
    case 'closed':
      return entry.actor === null ? <Trans>Chat closed</Trans> : <Trans>{actor} closed the chat</Trans>
    case 'reopened':
      return entry.actor === null ? <Trans>Chat reopened</Trans> : <Trans>{actor} reopened the chat</Trans>
  }
}

function Assigned({ entry }: { entry: Extract<ActivityEntry, { kind: 'assigned' }> }) {
  const { role } = useSession().user
  const { operator } = entry.data
  const actor = <bdi className="font-medium">{entry.actor?.name}</bdi>
  if (operator === null)
    return entry.actor === null ? (
      <Trans>The chat is waiting for an operator</Trans>
    ) : (
      <Trans>{actor} returned the chat to the queue</Trans>
    )
  const taker = <bdi className="font-medium">{operator.name}</bdi>
  const isOwnStep = entry.actor === null || entry.actor.id === operator.id
  if (isOwnStep) return role === 'client' ? <Trans>{taker} joined</Trans> : <Trans>{taker} took the chat</Trans>
  return (
    <Trans>
      {actor} assigned the chat to {taker}
    </Trans>
  )
}
