import { useCallback, useState } from 'react'
import { type DraftPlace, readDraft, writeDraft } from './drafts.ts'

/** The text that is being written, kept for this chat on this device. */
export function useDraft({ userId, chatId }: DraftPlace): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => readDraft({ userId, chatId }))
  const change = useCallback(
    (text: string) => {
      setDraft(text)
      writeDraft({ userId, chatId }, text)
    },
    [userId, chatId],
  )
  return [draft, change]
}
