import type { Chat } from '@deskbell/contract/chats'
import { useLingui } from '@lingui/react/macro'
import { useRef } from 'react'
import { lazyPart } from '../../components/lazy-part.tsx'
import type { ClosedChatProps } from '../../features/chats/own/closed-chat.tsx'
import { Conversation } from '../../features/messages/conversation.tsx'
import { appendDraft, carryDraft } from '../../features/messages/drafts.ts'
import type { OpeningState } from '../../features/messages/use-opening.ts'
import { usePlacedTexts } from '../../features/messages/use-placed-texts.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { useSession } from '../../lib/session.ts'
import { FirstMessage } from './first-message.tsx'
import { useClosedChat } from './use-closed-chat.tsx'

const ClosedChat = lazyPart<ClosedChatProps>(
  async () => (await withCatalogs(['parts'], () => import('../../features/chats/own/closed-chat.tsx'))).ClosedChat,
)

type ClientChatProps = {
  /** Undefined: there is none yet. */
  readonly chat: Chat | undefined
  readonly opening: OpeningState
  /** Shows the composer of a new chat. */
  readonly onNewChat: () => void
  readonly onOpen: (chat: Chat) => void
}

/** One chat as its client sees it. */
export function ClientChat(props: ClientChatProps) {
  const { chat, opening } = props
  usePlacedTexts(chat, opening.start)
  return chat === undefined ? <FirstMessage state={opening} /> : <MadeChat key={chat.id} {...props} chat={chat} />
}

type MadeChatProps = ClientChatProps & { readonly chat: Chat }

function MadeChat({ chat, opening, onNewChat, onOpen }: MadeChatProps) {
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
      takesFocus
      closed={(draft) => <ClosedChat draft={draft} onNewChat={() => startNew()} />}
      writingOn={writingOn}
      refused={refused}
    />
  )
}
