import type { Chat } from '@deskbell/contract/chats'
import { useLingui } from '@lingui/react/macro'
import { lazy, Suspense, useRef } from 'react'
import { ClosedChat } from '../../features/chats/own/closed-chat.tsx'
import { OwnChatHeader } from '../../features/chats/own/own-chat-header.tsx'
import { Conversation } from '../../features/messages/conversation.tsx'
import { carryDraft } from '../../features/messages/drafts.ts'
import type { OpeningState } from '../../features/messages/use-opening.ts'
import { useSession } from '../../lib/session.ts'

// Only who has no chat yet needs it.
const FirstMessage = lazy(async () => ({ default: (await import('./first-message.tsx')).FirstMessage }))

type ClientChatProps = {
  /** Undefined: there is none yet. */
  readonly chat: Chat | undefined
  readonly opening: OpeningState
  readonly onNewChat: () => void
}

/** One chat as its client sees it. */
export function ClientChat({ chat, opening, onNewChat }: ClientChatProps) {
  const { t } = useLingui()
  const { user } = useSession()
  const composerRef = useRef<HTMLTextAreaElement>(null)
  const madeHere = useRef(false)
  madeHere.current ||= opening.opening !== null
  const startNew = () => {
    if (chat !== undefined) carryDraft({ userId: user.id, chatId: chat.id }, 'new')
    onNewChat()
  }
  return (
    <>
      <header className="border-b border-line">
        <div className="mx-auto w-full max-w-[48rem] px-4 py-2.5">
          <OwnChatHeader chat={chat} />
        </div>
      </header>
      {chat === undefined ? (
        <Suspense>
          <FirstMessage state={opening} />
        </Suspense>
      ) : (
        <Conversation
          key={chat.id}
          chat={chat}
          label={t`Messages`}
          composerRef={composerRef}
          takesFocus={madeHere.current}
          closed={(draft) => <ClosedChat draft={draft} onNewChat={startNew} />}
        />
      )}
    </>
  )
}
