import { type Chat, type ChatId, retry } from '@deskbell/sdk'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useSession } from '../../../lib/session.ts'

export type ReopeningState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'refused'; readonly error: unknown }

export type Reopening = {
  readonly state: ReopeningState
  /** Reopens the chat, with as many retries as needed; calls `then` when it is open. */
  readonly reopen: (then: () => void) => void
  /** What was to follow stays in the composer or the outbox. */
  readonly cancel: () => void
}

/** Reopens a closed chat before something is sent into it. The text waits in the composer or the outbox. */
export function useReopening(chatId: ChatId, onOpen: (chat: Chat) => void): Reopening {
  const { sdk } = useSession()
  const [state, setState] = useState<ReopeningState>({ kind: 'idle' })
  const [attempt, setAttempt] = useState(0)
  const waiting = useRef<(() => void)[]>([])
  const opened = useRef(onOpen)
  opened.current = onOpen
  useEffect(() => {
    if (attempt === 0) return
    const ended = new AbortController()
    const { signal } = ended
    retry(() => sdk.api.chats.reopen.mutate({ chatId }, { signal }), { signal, connection: sdk.connection }).then(
      ({ chat }) => {
        if (ended.signal.aborted) return
        setState({ kind: 'idle' })
        opened.current(chat)
        for (const then of waiting.current.splice(0)) then()
      },
      (error: unknown) => {
        if (ended.signal.aborted) return
        waiting.current = []
        setState({ kind: 'refused', error })
      },
    )
    return () => ended.abort()
  }, [sdk, chatId, attempt])
  const reopen = useCallback((then: () => void) => {
    waiting.current.push(then)
    setState({ kind: 'opening' })
    // One call for all callbacks: a second press makes no second call.
    if (waiting.current.length === 1) setAttempt((before) => before + 1)
  }, [])
  const cancel = useCallback(() => {
    waiting.current = []
    setState({ kind: 'idle' })
    setAttempt(0)
  }, [])
  return { state, reopen, cancel }
}
