import { entriesAfter, type Timeline } from '@deskbell/sdk'
import { plural } from '@lingui/core/macro'
import { useLingui as useRuntime } from '@lingui/react'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../../../components/announcer.tsx'
import { errorMessage } from '../../../components/error-message.ts'
import { usePlainText } from '../../../components/rich-text/use-rich-text.ts'
import { attachmentsOf } from '../message-list/timeline-items.ts'

const gatherMs = 700
/** More than this at once are counted, not read. */
const readMost = 3

type Incoming = { readonly name: string; readonly text: string }

export type AnnouncementsProps = { readonly timeline: Timeline; readonly ownId: number }

/** Tells users of screen readers what happens in the open chat. Shows nothing. */
export function Announcements({ timeline, ownId }: AnnouncementsProps): null {
  useAnnounceMessages(timeline, ownId)
  useAnnounceFailures(timeline)
  return null
}

/** Announces what others write in the open chat to screen readers. History is not announced. */
function useAnnounceMessages({ status, entries }: Timeline, ownId: number): void {
  const { t } = useLingui()
  const announce = useAnnounce()
  const plainText = usePlainText()
  const seen = useRef<number | null>(null)
  const waiting = useRef<Incoming[]>([])
  const say = useRef<() => void>(() => undefined)
  useEffect(() => {
    say.current = () => {
      const gathered = waiting.current.splice(0)
      const count = gathered.length
      if (count > readMost) announce(t`${plural(count, { one: '# new message', other: '# new messages' })}`)
      else {
        for (const { name, text: typed } of gathered) {
          const text = plainText(typed)
          announce(t`${name}: ${text}`)
        }
      }
    }
  })
  useEffect(() => {
    const top = entries.at(-1)?.seq ?? 0
    const from = seen.current
    if (from !== null) waiting.current.push(...newTexts(entries, from, ownId))
    if (status === 'live' || from !== null) seen.current = Math.max(top, from ?? 0)
    if (waiting.current.length === 0) return
    const timer = setTimeout(() => say.current(), gatherMs)
    return () => clearTimeout(timer)
  }, [status, entries, ownId])
}

function newTexts(entries: Timeline['entries'], from: number, ownId: number): Incoming[] {
  return entriesAfter(entries, from).flatMap((entry) => {
    if (entry.kind !== 'message' || entry.message.userId === ownId) return []
    const names = attachmentsOf(entry.message).map(({ name }) => name)
    return [{ name: entry.actor?.name ?? '', text: [entry.message.text, ...names].join(' ').trim() }]
  })
}

/** Announces to screen readers at once that an own message was refused, and why. */
function useAnnounceFailures({ pending }: Timeline): void {
  const { i18n } = useRuntime()
  const { t } = useLingui()
  const announce = useAnnounce()
  const announced = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const failed = pending.filter(({ state }) => state === 'failed')
    for (const { clientMsgId, code } of failed) {
      if (announced.current.has(clientMsgId)) continue
      const reason = i18n._(errorMessage(code))
      announce(t`Not sent. ${reason}`, 'assertive')
    }
    announced.current = new Set(failed.map(({ clientMsgId }) => clientMsgId))
  }, [pending, announce, i18n, t])
}
