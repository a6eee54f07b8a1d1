import type { Chat, ChatId, InboxFollower } from '@deskbell/sdk'
import { useConnection, useStore } from '@deskbell/sdk/react'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react'
import { buttonClass } from '../../../components/button.tsx'
import { failureMessage } from '../../../components/error-message.ts'
import { Icon } from '../../../components/icon.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { Notice } from '../../../components/notice.tsx'
import { ChatHeader } from '../../../features/chats/console/chat/chat-header.tsx'
import { ClosedChatDraft, NewerDialog, NotYours } from '../../../features/chats/console/chat/chat-notices.tsx'
import type { ChatActions } from '../../../features/chats/console/chat/use-chat-actions.ts'
import { ChatView } from '../../../features/messages/chat-view.tsx'
import { collapseActivityLines } from '../../../features/messages/console/earlier-activity.tsx'
import { pendingActionClass, type RefusedMessage } from '../../../features/messages/message/pending-actions.ts'
import { MessageListSkeleton, type MessageListView } from '../../../features/messages/message-list/message-list.tsx'
import { useSession } from '../../../lib/session.ts'
import { trpc } from '../../../lib/trpc.ts'
import { readAuthMode } from '../../env.ts'

type ConsoleChatProps = {
  readonly chatId: number
  readonly inbox: InboxFollower
  readonly actions: ChatActions
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
  readonly onLeave: () => void
  /** Moves the focus to the list. */
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
  if (chat !== undefined) return <LoadedChat {...props} chat={chat} />
  if (!loaded.isError) return <MessageListSkeleton />
  return (
    <div className="m-auto grid justify-items-center gap-3 p-8 text-center">
      <p role="alert">{i18n._(failureMessage(loaded.error))}</p>
      <AppLink to={`/chats/${user.id}`} className={buttonClass('plain')}>
        <Trans>Back to list</Trans>
      </AppLink>
    </div>
  )
}

/**
 * Assigns an unassigned chat to the user who opens it, from the list, by its address or by going back. Without a
 * connection the call waits for one, as long as the chat is open.
 */
function useTakenByOpening(chat: Chat, take: (chat: Chat) => void): void {
  const isOnline = useConnection().kind === 'online'
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

function LoadedChat({ chat, actions, composerRef, onLeave, onFocusList }: ConsoleChatProps & { chat: Chat }) {
  const { i18n } = useLingui()
  const { t } = useMacro()
  const { user } = useSession()
  const listRef = useRef<MessageListView>(null)
  const returnsFocus = useRef(false)
  const { name } = chat.client
  useTakenByOpening(chat, actions.take)
  const error = actions.errorOf(chat)
  const othersChat = chat.status === 'open' && chat.operator !== null && chat.operator.id !== user.id
  const reopen = () =>
    actions.reopen(chat, () => {
      // The composer returns with the log's entry, which may arrive before the answer or after it.
      returnsFocus.current = composerRef.current === null
      composerRef.current?.focus()
    })
  return (
    <>
      <ChatView
        chat={chat}
        label={t`Messages with ${name}`}
        collapse={collapseActivityLines}
        listRef={listRef}
        composerRef={composerRef}
        onEscape={onFocusList}
        header={({ presence }) => (
          <>
            <ChatHeader
              chat={chat}
              ownId={user.id}
              presence={presence}
              namesUnverified={readAuthMode() === 'secure'}
              actions={actions}
              onCloseChat={() => actions.close(chat, { seenSeq: listRef.current?.seenSeq() ?? 0, onDone: onFocusList })}
              onReopen={reopen}
              onBack={onLeave}
              onDone={onFocusList}
            />
            <div role="alert">{error !== null && <Notice look="danger">{i18n._(failureMessage(error))}</Notice>}</div>
          </>
        )}
        notice={
          othersChat && (
            <NotYours chat={chat} busy={actions.isBusy(chat, 'take')} onTakeOver={() => actions.takeOver(chat)} />
          )
        }
        closed={(draft) => <ClosedChatDraft draft={draft} returnsFocus={returnsFocus} composerRef={composerRef} />}
        refused={useRefused(chat, actions)}
      />
      {actions.hasNewerMessages(chat) && (
        <NewerDialog
          chat={chat}
          onDismiss={() => actions.dismissNewer(chat)}
          onRead={() => {
            actions.dismissNewer(chat)
            listRef.current?.showNewest()
          }}
          onCloseChat={() => actions.close(chat, { onDone: onFocusList })}
        />
      )}
    </>
  )
}

/**
 * Returns the button for a reply that came too late: reopens the chat and sends the reply. Undefined in an open chat.
 */
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

/** Shown while no chat is open: what to do, if there are any chats, and which keys help. */
export function NoChat({ isQuiet }: { isQuiet: boolean }) {
  return (
    <div className="m-auto grid justify-items-center gap-3 p-8 text-center">
      <span className="inline-flex size-14 items-center justify-center rounded-full bg-selected text-ink-3 forced-frame">
        <Icon name="chat" size={26} />
      </span>
      <h2 className="text-title font-semibold">
        {isQuiet ? <Trans>Nobody is waiting</Trans> : <Trans>Select a chat</Trans>}
      </h2>
      <p className="text-body text-ink-2">
        {isQuiet ? (
          <Trans>When a client writes, the chat appears in the list.</Trans>
        ) : (
          <Trans>Opening an unassigned chat assigns it to you.</Trans>
        )}
      </p>
      <dl className="mt-3 grid grid-cols-[auto_auto] items-center gap-x-3 gap-y-2 text-start text-small text-ink-2 max-md:hidden">
        <Key keys={['J', 'K']}>
          <Trans>next and previous chat</Trans>
        </Key>
        <Key keys={['Enter']}>
          <Trans>open chat</Trans>
        </Key>
        <Key keys={['R']}>
          <Trans>reply</Trans>
        </Key>
        <Key keys={['O']}>
          <Trans>reopen a closed chat</Trans>
        </Key>
        <Key keys={['Esc']}>
          <Trans>back to list</Trans>
        </Key>
      </dl>
    </div>
  )
}

function Key({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <>
      <dt className="flex justify-end gap-1">
        {keys.map((key) => (
          <kbd key={key} className="rounded-chip border border-line bg-raised px-1.5 text-micro font-medium text-ink">
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </>
  )
}
