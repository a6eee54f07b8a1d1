import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { composedText } from './composed-text.ts'
import { type DraftPlace, readDraft, writeDraft } from './drafts.ts'
import { tellSent, watchSent } from './sent-drafts.ts'

export type Draft = {
  readonly text: string
  /** False while the device has no room for it: it ends with this tab. */
  readonly isKept: boolean
  readonly change: (text: string) => void
  /** It was sent: the composer is empty, here and in other tabs that show the same text. */
  readonly sent: (text: string) => void
  /** Brings back what was taken away because another tab sent it. */
  readonly undo: () => void
}

/** The text that is being written, kept for this chat on this device. */
export function useDraft({ userId, chatId }: DraftPlace): Draft {
  const [text, setText] = useState(() => readDraft({ userId, chatId }))
  const [isKept, setKept] = useState(true)
  const latest = useRef(text)
  const taken = useRef('')
  const change = useCallback(
    (next: string) => {
      latest.current = next
      setText(next)
      setKept(writeDraft({ userId, chatId }, next))
    },
    [userId, chatId],
  )
  const sent = useCallback(
    (sentText: string) => {
      tellSent({ userId, chatId }, sentText)
      change('')
    },
    [userId, chatId, change],
  )
  const undo = useCallback(() => {
    if (latest.current === '' && taken.current !== '') change(taken.current)
    taken.current = ''
  }, [change])
  useEffect(
    () =>
      watchSent({ userId, chatId }, (sentText) => {
        if (composedText(latest.current) !== sentText) {
          // The other tab has emptied the place that all tabs share.
          if (latest.current !== '') setKept(writeDraft({ userId, chatId }, latest.current))
          return
        }
        taken.current = latest.current
        latest.current = ''
        setText('')
      }),
    [userId, chatId],
  )
  return useMemo(() => ({ text, isKept, change, sent, undo }), [text, isKept, change, sent, undo])
}
