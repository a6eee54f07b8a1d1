import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useMemo, useRef } from 'react'
import { lazyPart } from '../../components/lazy-part.tsx'
import type { ClosedHintProps } from '../../features/chats/own/closed-hint.tsx'
import { useReopening } from '../../features/chats/own/use-reopening.ts'
import type { WritingOn } from '../../features/messages/conversation.tsx'
import { pendingActionClass, type RefusedMessage } from '../../features/messages/pending-actions.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import { readClosedChat } from '../env.ts'

const ClosedHint = lazyPart<ClosedHintProps>(
  async () => (await withCatalogs(['parts'], () => import('../../features/chats/own/closed-hint.tsx'))).ClosedHint,
)

export type ClosedChatInput = {
  readonly chat: Chat
  /** Shows the composer of a new chat, with this text and what was being typed here. */
  readonly onNewChat: (text: string) => void
  /** Makes a new chat with this message. */
  readonly onSendNew: (text: string) => void
  readonly onOpen: (chat: Chat) => void
}

export type ClosedChatWays = {
  /** Undefined: a closed chat has no composer. */
  readonly writingOn: WritingOn | undefined
  /** For a message that came too late. */
  readonly refused: ((message: RefusedMessage) => ReactNode) | undefined
}

/** What a client can do who writes into a closed chat, as the server was told to offer it (`CLOSED_CHAT`). */
export function useClosedChat(input: ClosedChatInput): ClosedChatWays {
  const { chat } = input
  const policy = readClosedChat()
  const { state, reopen, cancel } = useReopening(chat.id, input.onOpen)
  const latest = useRef(input)
  latest.current = input
  const isClosed = chat.status === 'closed'

  const refused = useMemo(() => {
    if (!isClosed) return undefined
    return ({ text, retry, discard }: RefusedMessage) => {
      // First there, then gone from here: at no moment is the text nowhere.
      const move = (take: (text: string) => void) => () => {
        take(text)
        discard()
      }
      if (policy === 'reopen') return <Way onPress={() => reopen(retry)} words={<Trans>Reopen and send</Trans>} />
      if (policy === 'new')
        return (
          <Way onPress={move((each) => latest.current.onSendNew(each))} words={<Trans>Send in a new chat</Trans>} />
        )
      return <Way onPress={move((each) => latest.current.onNewChat(each))} words={<Trans>Move to a new chat</Trans>} />
    }
  }, [isClosed, policy, reopen])

  const writingOn = useMemo((): WritingOn | undefined => {
    if (policy === 'say') return undefined
    if (policy === 'reopen')
      return { hint: <ClosedHint reopening={state} onCancel={cancel} />, onSend: (written) => reopen(written.send) }
    return {
      hint: <ClosedHint reopening={null} />,
      onSend(written) {
        latest.current.onSendNew(written.text)
        written.forget()
      },
    }
  }, [policy, state, reopen, cancel])
  return { writingOn, refused }
}

function Way({ onPress, words }: { onPress: () => void; words: ReactNode }) {
  return (
    <button type="button" className={pendingActionClass} onClick={onPress}>
      {words}
    </button>
  )
}
