import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormat } from '../../components/use-format.ts'
import type { ActivityEntry } from './timeline-item.ts'

/** What happened to the chat besides messages: one muted line. */
export function ActivityLine({ entry }: { entry: ActivityEntry }) {
  const format = useFormat()
  return (
    <p data-key={`entry-${entry.seq}`} data-seq={entry.seq} className="py-2 text-center text-meta text-ink-3">
      <Words entry={entry} />{' '}
      <time dateTime={entry.at} title={format.moment(entry.at)}>
        {format.time(entry.at)}
      </time>
    </p>
  )
}

function Words({ entry }: { entry: ActivityEntry }): ReactNode {
  const actor = <bdi className="font-medium">{entry.actor?.name}</bdi>
  switch (entry.kind) {
    case 'assigned':
      return <Assigned entry={entry} />
    case 'closed':
      return entry.actor === null ? <Trans>The chat was closed.</Trans> : <Trans>{actor} closed the chat.</Trans>
    case 'reopened':
      return entry.actor === null ? (
        <Trans>The chat was opened again.</Trans>
      ) : (
        <Trans>{actor} opened the chat again.</Trans>
      )
  }
}

function Assigned({ entry }: { entry: Extract<ActivityEntry, { kind: 'assigned' }> }) {
  const { operator } = entry.data
  const actor = <bdi className="font-medium">{entry.actor?.name}</bdi>
  if (operator === null)
    return entry.actor === null ? (
      <Trans>The chat waits for an operator.</Trans>
    ) : (
      <Trans>{actor} gave the chat back.</Trans>
    )
  const taker = <bdi className="font-medium">{operator.name}</bdi>
  if (entry.actor === null || entry.actor.id === operator.id) return <Trans>{taker} joined the chat.</Trans>
  return (
    <Trans>
      {actor} gave the chat to {taker}.
    </Trans>
  )
}
