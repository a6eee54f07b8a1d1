import type { Timeline } from '@deskbell/sdk'
import { useEffect } from 'react'
import type { DraftPlace } from './drafts.ts'
import { dropUnsent, keepUnsent } from './unsent.ts'

/** Keeps what waits, and drops what stands in the log or was thrown away. */
export function useUnsentKept(place: DraftPlace & { readonly chatId: number }, { pending, entries }: Timeline): void {
  useEffect(() => {
    for (const { clientMsgId, text } of pending) keepUnsent(place, { clientMsgId, text })
    const stored = entries.flatMap((entry) => (entry.kind === 'message' ? (entry.message.clientMsgId ?? []) : []))
    dropUnsent(place, new Set(stored))
  }, [place, pending, entries])
}
