import type { Chat } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { useRef } from 'react'
import { failureMessage } from '../../../components/error-message.ts'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { Notice } from '../../../components/notice.tsx'
import type { ClosedComposerProps } from '../../../features/chats/own/lazy/closed-chat.tsx'
import { ChatView } from '../../../features/messages/chat-view.tsx'
import { appendFiles } from '../../../features/messages/composer/attached-files.ts'
import { appendDraft, carryDraft } from '../../../features/messages/composer/drafts.ts'
import { NewChatComposer } from '../../../features/messages/new-chat/new-chat-composer.tsx'
import { usePlacedTexts } from '../../../features/messages/new-chat/unplaced-texts.ts'
import type { NewChatState } from '../../../features/messages/new-chat/use-new-chat.ts'
import { withCatalogs } from '../../../lib/i18n.ts'
import { useSession } from '../../../lib/session.ts'
import { useClosedChat } from './use-closed-chat.tsx'

const ClosedComposer = lazyPart<ClosedComposerProps>(
  async () =>
    (await withCatalogs(['parts'], () => import('../../../features/chats/own/lazy/closed-chat.tsx'))).ClosedComposer,
)

type ClientChatProps = {
  /** Undefined: no chat exists yet. */
  readonly chat: Chat | undefined
  readonly opening: NewChatState
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
  const startNew = (text = '', files: readonly File[] = []) => {
    const place = { userId: user.id, chatId: 'new' } as const
    appendDraft(place, text)
    appendFiles(place, files)
    carryDraft({ userId: user.id, chatId: chat.id }, 'new')
    onNewChat()
  }
  const sendNew = (text: string, files: readonly File[]) => {
    opening.start(text, files)
    onNewChat()
  }
  const { writingOn, refused } = useClosedChat({ chat, onNewChat: startNew, onSendNew: sendNew, onOpen })
  return (
    <ChatView
      chat={chat}
      label={t`Messages`}
      composerRef={composerRef}
      takesFocus
      closed={(draft) => <ClosedComposer draft={draft} onNewChat={() => startNew()} />}
      writingOn={writingOn}
      refused={refused}
    />
  )
}

/** Shown without a chat: an invitation, and the composer whose first message creates one. */
export function FirstMessage({ state }: { state: NewChatState }) {
  const { i18n } = useLingui()
  const inputRef = useRef<HTMLTextAreaElement>(null)
  return (
    <>
      <div className="flex min-h-0 flex-1 flex-col justify-center overflow-y-auto">
        {state.openings.length === 0 && (
          <div className="mx-auto grid max-w-[30rem] gap-2 p-6 text-center">
            <h2 className="text-h1 font-semibold text-balance max-md:text-h2">
              <Trans>How can we help?</Trans>
            </h2>
            <p className="text-read text-ink-2">
              <Trans>
                Write your question below. You can close this page: the reply will be here when you’re back.
              </Trans>
            </p>
          </div>
        )}
      </div>
      {state.error !== null && <Notice look="danger">{i18n._(failureMessage(state.error))}</Notice>}
      {/* The key remounts the composer when a text was refused, so that it shows the text again. */}
      <NewChatComposer
        key={state.error === null ? 'fresh' : 'refused'}
        openings={state.openings}
        isKept={state.isKept}
        onSend={state.start}
        inputRef={inputRef}
      />
    </>
  )
}
