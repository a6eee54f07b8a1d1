import type { Chat } from '@deskbell/sdk'
import { type ReactNode, useMemo, useRef } from 'react'
import { lazyPart } from '../../../components/lazy-part.tsx'
import type { ClosedHintProps } from '../../../features/chats/own/lazy/closed-chat.tsx'
import { useReopening } from '../../../features/chats/own/use-reopening.ts'
import type { WritingOn } from '../../../features/messages/chat-view.tsx'
import type { RefusedMessage } from '../../../features/messages/message/pending-actions.ts'
import { withCatalogs } from '../../../lib/i18n.ts'
import { readClosedChat } from '../../env.ts'
import type { LateMessageButtonProps } from './lazy/late-message-button.tsx'

const ClosedHint = lazyPart<ClosedHintProps>(
  async () =>
    (await withCatalogs(['parts'], () => import('../../../features/chats/own/lazy/closed-chat.tsx'))).ClosedHint,
)

const LateMessageButton = lazyPart<LateMessageButtonProps>(
  async () => (await withCatalogs(['parts'], () => import('./lazy/late-message-button.tsx'))).LateMessageButton,
)

export type ClosedChatInput = {
  readonly chat: Chat
  /** Shows the composer of a new chat, with this text and the draft of this chat. */
  readonly onNewChat: (text: string, files: readonly File[]) => void
  /** Creates a new chat with this message. */
  readonly onSendNew: (text: string, files: readonly File[]) => void
  readonly onOpen: (chat: Chat) => void
}

export type ClosedChatWays = {
  /** Undefined: a closed chat has no composer. */
  readonly writingOn: WritingOn | undefined
  /** The action for a message that arrived too late. */
  readonly refused: ((message: RefusedMessage) => ReactNode) | undefined
}

/** Returns what a client can do who writes into a closed chat. The server's setting `CLOSED_CHAT` decides it. */
export function useClosedChat(input: ClosedChatInput): ClosedChatWays {
  const { chat } = input
  const policy = readClosedChat()
  const { state, reopen, cancel } = useReopening(chat.id, input.onOpen)
  const latest = useRef(input)
  latest.current = input
  const isClosed = chat.status === 'closed'

  const refused = useMemo(() => {
    if (!isClosed) return undefined
    return ({ text, files, retry, discard }: RefusedMessage) => {
      const move = () => {
        // Store the text in the new place before it is removed from this chat, so that it always exists.
        if (policy === 'new') latest.current.onSendNew(text, files)
        else latest.current.onNewChat(text, files)
        discard()
      }
      return <LateMessageButton policy={policy} onPress={policy === 'reopen' ? () => reopen(retry) : move} />
    }
  }, [isClosed, policy, reopen])

  const writingOn = useMemo((): WritingOn | undefined => {
    if (policy === 'say') return undefined
    if (policy === 'reopen')
      return { hint: <ClosedHint reopening={state} onCancel={cancel} />, onSend: (written) => reopen(written.send) }
    return {
      hint: <ClosedHint reopening={null} />,
      onSend(written) {
        latest.current.onSendNew(written.text, written.files)
        written.forget()
      },
    }
  }, [policy, state, reopen, cancel])
  return { writingOn, refused }
}
