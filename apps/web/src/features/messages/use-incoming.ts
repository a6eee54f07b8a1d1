import { entriesAfter, type Timeline } from '@deskbell/sdk'
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../../components/announcer.tsx'
import { usePlainText } from '../../components/rich-text/use-rich-text.ts'

const gatherMs = 700
/** More than this at once are counted, not read. */
const readMost = 3

type Incoming = { readonly name: string; readonly text: string }

/** Reads what other people write in the open chat to those who hear the page. History says nothing. */
export function useIncoming({ status, entries }: Timeline, ownId: number): void {
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
    return [{ name: entry.actor?.name ?? '', text: entry.message.text }]
  })
}
