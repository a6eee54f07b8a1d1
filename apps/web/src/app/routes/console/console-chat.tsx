import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxFollower } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react'
import { AppLink } from '../../../components/app-link.tsx'
import { buttonClass } from '../../../components/button.tsx'
import { failureWords } from '../../../components/error-words.ts'
import { Notice } from '../../../components/notice.tsx'
import { ChatHeader } from '../../../features/chats/console/chat-header.tsx'
import { ClosedChat } from '../../../features/chats/console/closed-chat.tsx'
import { NewerDialog } from '../../../features/chats/console/newer-dialog.tsx'
import { NotYours } from '../../../features/chats/console/not-yours.tsx'
import type { ChatActions } from '../../../features/chats/console/use-chat-actions.ts'
import { foldLines } from '../../../features/messages/console/earlier-changes.tsx'
import { Conversation } from '../../../features/messages/conversation.tsx'
import { pendingActionClass, type RefusedMessage } from '../../../features/messages/pending-actions.tsx'
import type { ThreadView } from '../../../features/messages/thread.tsx'
import { ThreadSkeleton } from '../../../features/messages/thread-skeleton.tsx'
import { useSession } from '../../../lib/session.ts'
import { trpc } from '../../../lib/trpc.ts'
import { useStore } from '../../../lib/use-store.ts'

type ConsoleChatProps = {
  readonly chatId: number
  readonly inbox: InboxFollower
  readonly actions: ChatActions
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
  readonly onLeave: () => void
  /** Puts the focus into the list. */
  readonly onFocusList: () => void
}

/** One chat as operators see it. */
export function ConsoleChat(props: ConsoleChatProps) {
  const { i18n } = useLingui()
  const { user } = useSession()
  const chat = useStore(props.inbox).rows.get(props.chatId as ChatId)
  const loaded = trpc.chats.get.useQuery({ chatId: props.chatId }, { enabled: chat === undefined })
  const { inbox } = props
  useEffect(() => {
    if (loaded.data !== undefined) inbox.put([loaded.data.chat])
  }, [inbox, loaded.data])
  if (chat !== undefined) return <Known {...props} chat={chat} />
  if (!loaded.isError) return <ThreadSkeleton />
  return (
    <div className="m-auto grid justify-items-center gap-3 p-8 text-center">
      <p role="alert">{i18n._(failureWords(loaded.error))}</p>
      <AppLink to={`/chats/${user.id}`} className={buttonClass('plain')}>
        <Trans>Back to list</Trans>
      </AppLink>
    </div>
  )
}

/**
 * Opening an unassigned chat takes it, whether it was opened in the list, by its address or by going back. Without a
 * line that waits until there is one, as long as the chat is open here.
 */
function useTakenByOpening(chat: Chat, take: (chat: Chat) => void): void {
  const { sdk } = useSession()
  const isOnline = useStore(sdk.connection).kind === 'online'
  const isOpened = useRef(false)
  const present = useRef({ chat, take })
  present.current = { chat, take }
  useEffect(() => {
    if (!isOnline || isOpened.current) return
    isOpened.current = true
    const { chat: found, take: takeFound } = present.current
    if (found.status === 'open' && found.operator === null) takeFound(found)
  }, [isOnline])
}

function Known({ chat, actions, composerRef, onLeave, onFocusList }: ConsoleChatProps & { chat: Chat }) {
  const { i18n } = useLingui()
  const { t } = useMacro()
  const { user } = useSession()
  const threadRef = useRef<ThreadView>(null)
  const leadsBack = useRef(false)
  const { name } = chat.client
  useTakenByOpening(chat, actions.take)
  const error = actions.errorOf(chat)
  const othersChat = chat.status === 'open' && chat.operator !== null && chat.operator.id !== user.id
  const reopen = () =>
    actions.reopen(chat, () => {
      // The composer comes back with the log's entry, which may be here before the answer or after it.
      leadsBack.current = composerRef.current === null
      composerRef.current?.focus()
    })
  return (
    <>
      <Conversation
        chat={chat}
        label={t`Messages with ${name}`}
        fold={foldLines}
        threadRef={threadRef}
        composerRef={composerRef}
        onEscape={onFocusList}
        header={({ presence }) => (
          <>
            <ChatHeader
              chat={chat}
              ownId={user.id}
              presence={presence}
              actions={actions}
              onClose={() => actions.close(chat, { seenSeq: threadRef.current?.seenSeq() ?? 0, onDone: onFocusList })}
              onReopen={reopen}
              onBack={onLeave}
              onDone={onFocusList}
            />
            <div role="alert">{error !== null && <Notice look="danger">{i18n._(failureWords(error))}</Notice>}</div>
          </>
        )}
        notice={
          othersChat && (
            <NotYours chat={chat} busy={actions.isBusy(chat, 'take')} onTakeOver={() => actions.takeOver(chat)} />
          )
        }
        closed={(draft) => <ClosedChat draft={draft} leadsBack={leadsBack} composerRef={composerRef} />}
        refused={useRefused(chat, actions)}
      />
      {actions.newerIn(chat) && (
        <NewerDialog
          chat={chat}
          onClose={() => actions.dismissNewer(chat)}
          onRead={() => {
            actions.dismissNewer(chat)
            threadRef.current?.showNewest()
          }}
          onCloseChat={() => actions.close(chat, { onDone: onFocusList })}
        />
      )}
    </>
  )
}

/** For an answer that came too late: it can still go out, into the opened chat. */
function useRefused(chat: Chat, actions: ChatActions): ((message: RefusedMessage) => ReactNode) | undefined {
  const present = useRef({ chat, actions })
  present.current = { chat, actions }
  const isClosed = chat.status === 'closed'
  return useMemo(() => {
    if (!isClosed) return undefined
    return ({ retry }: RefusedMessage) => (
      <button
        type="button"
        className={pendingActionClass}
        onClick={() => present.current.actions.reopen(present.current.chat, retry)}
      >
        <Trans>Reopen and send</Trans>
      </button>
    )
  }, [isClosed])
}
