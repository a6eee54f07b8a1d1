import { useCallback, useMemo, useState } from 'react'
import { type DraftPlace, readDraft, writeDraft } from './drafts.ts'

export type Draft = {
  readonly text: string
  readonly change: (text: string) => void
}

/** The text that is being written, kept for this chat on this device. */
export function useDraft({ userId, chatId }: DraftPlace): Draft {
  const [text, setText] = useState(() => readDraft({ userId, chatId }))
  const change = useCallback(
    (next: string) => {
      setText(next)
      writeDraft({ userId, chatId }, next)
    },
    [userId, chatId],
  )
  return useMemo(() => ({ text, change }), [text, change])
}
