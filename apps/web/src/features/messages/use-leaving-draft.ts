import type { Timeline } from '@deskbell/sdk'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type DraftPlace, readDraft, writeDraft } from './drafts.ts'
import { joinTexts } from './join-texts.ts'

export type LeavingDraft = {
  readonly text: string
  readonly change: (text: string) => void
  /** Takes a text out of the composer. It stays among the drafts until its message is seen to be kept. */
  readonly leave: (message: { readonly clientMsgId: string; readonly text: string }) => void
}

/** What is being written in a chat, and what has just left: at no moment is a text nowhere on this device. */
export function useLeavingDraft(place: DraftPlace, timeline: Timeline): LeavingDraft {
  const [draft, setDraft] = useState(() => readDraft(place))
  const leaving = useRef(new Map<string, string>())
  const present = useRef(draft)
  const store = useCallback(() => {
    writeDraft(place, joinTexts([...leaving.current.values(), present.current]))
  }, [place])
  const change = useCallback(
    (text: string) => {
      present.current = text
      setDraft(text)
      store()
    },
    [store],
  )
  const leave: LeavingDraft['leave'] = ({ clientMsgId, text }) => {
    leaving.current.set(clientMsgId, text)
    change('')
  }
  useEffect(() => {
    if (leaving.current.size === 0) return
    for (const clientMsgId of keptIds(timeline)) leaving.current.delete(clientMsgId)
    store()
  }, [timeline, store])
  return { text: draft, change, leave }
}

/** A message is shown only once it is kept. */
function keptIds({ pending, entries }: Timeline): string[] {
  const stored = entries.flatMap((entry) => (entry.kind === 'message' ? (entry.message.clientMsgId ?? []) : []))
  return [...pending.map(({ clientMsgId }) => clientMsgId), ...stored]
}
