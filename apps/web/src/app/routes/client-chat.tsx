import type { Chat } from '@deskbell/contract/chats'
import { useLingui } from '@lingui/react/macro'
import { lazy, Suspense, useRef } from 'react'
import { ClosedChat } from '../../features/chats/own/closed-chat.tsx'
import { OwnChatHeader } from '../../features/chats/own/own-chat-header.tsx'
import { Conversation } from '../../features/messages/conversation.tsx'
import { appendDraft, carryDraft } from '../../features/messages/drafts.ts'
import type { OpeningState } from '../../features/messages/use-opening.ts'
import { useSession } from '../../lib/session.ts'
import { readClosedChat } from '../env.ts'
import { useClosedChat } from './use-closed-chat.tsx'

// Only who has no chat yet needs it.
const FirstMessage = lazy(async () => ({ default: (await import('./first-message.tsx')).FirstMessage }))

type ClientChatProps = {
  /** Undefined: there is none yet. */
  readonly chat: Chat | undefined
  readonly opening: OpeningState
  readonly operatorsOnline: boolean | null
  /** Shows the composer of a new chat. */
  readonly onNewChat: () => void
  readonly onOpen: (chat: Chat) => void
}

/** One chat as its client sees it. */
export function ClientChat(props: ClientChatProps) {
  const { chat, opening, operatorsOnline } = props
  const madeHere = useRef(false)
  madeHere.current ||= opening.opening !== null
  const canWrite = chat?.status !== 'closed' || readClosedChat() !== 'say'
  return (
    <>
      <header className="border-b border-line">
        <div className="mx-auto w-full max-w-[48rem] px-4 py-2.5">
          <OwnChatHeader chat={chat} operatorsOnline={operatorsOnline} canWrite={canWrite} />
        </div>
      </header>
      {chat === undefined ? (
        <Suspense>
          <FirstMessage state={opening} />
        </Suspense>
      ) : (
        <MadeChat key={chat.id} {...props} chat={chat} takesFocus={madeHere.current} />
      )}
    </>
  )
}

type MadeChatProps = ClientChatProps & { readonly chat: Chat; readonly takesFocus: boolean }

function MadeChat({ chat, opening, onNewChat, onOpen, takesFocus }: MadeChatProps) {
  const { t } = useLingui()
  const { user } = useSession()
  const composerRef = useRef<HTMLTextAreaElement>(null)
  const startNew = (text = '') => {
    appendDraft({ userId: user.id, chatId: 'new' }, text)
    carryDraft({ userId: user.id, chatId: chat.id }, 'new')
    onNewChat()
  }
  const sendNew = (text: string) => {
    opening.start(text)
    onNewChat()
  }
  const { writingOn, refused } = useClosedChat({ chat, onNewChat: startNew, onSendNew: sendNew, onOpen })
  return (
    <Conversation
      chat={chat}
      label={t`Messages`}
      composerRef={composerRef}
      takesFocus={takesFocus}
      closed={(draft) => <ClosedChat draft={draft} onNewChat={() => startNew()} />}
      writingOn={writingOn}
      refused={refused}
    />
  )
}
