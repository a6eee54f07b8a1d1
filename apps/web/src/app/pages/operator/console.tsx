import type { Chat, ChatId, InboxFollower } from '@deskbell/sdk'
import { useStore } from '@deskbell/sdk/react'
import { useLingui } from '@lingui/react/macro'
import { useCallback, useRef, useState } from 'react'
import { iconButtonClass } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { useChatActions } from '../../../features/chats/console/chat/use-chat-actions.ts'
import { ShortcutSetting, useConsoleKeys } from '../../../features/chats/console/console-keys.tsx'
import { ChatList, type ListView } from '../../../features/chats/console/list/chat-list.tsx'
import type { ConsoleFilter } from '../../../features/chats/console/list/console-filter.ts'
import {
  FilterBar,
  FilterRail,
  SortMenu,
  useFilterNames,
  useSort,
} from '../../../features/chats/console/list/filter-bar.tsx'
import { useConsoleChats } from '../../../features/chats/console/list/use-console-chats.ts'
import { StartChatDialog } from '../../../features/chats/console/start-chat-dialog.tsx'
import { loadAhead } from '../../../features/messages/remembered-page.ts'
import { useSession } from '../../../lib/session.ts'
import { useTitle } from '../../routing/page-title.ts'
import { useChatsRoute, useNavigateChats } from '../../routing/route.ts'
import { AppFrame } from '../app-frame.tsx'
import { ConsoleChat, NoChat } from './console-chat.tsx'

/** The list and the chat side by side; on a phone only one of them, with a Back link. */
export function Console({ inbox }: { inbox: InboxFollower }) {
  const { t } = useLingui()
  const filterNames = useFilterNames()
  const [filter, setFilter] = useState<ConsoleFilter>('all')
  const [starting, setStarting] = useState(false)
  const [sort, setSort] = useSort()
  const list = useConsoleChats(inbox, { filter, sort })
  const actions = useChatActions(inbox)
  const { chatId, open, leave } = useOpenChat()
  const session = useSession()
  const listRef = useRef<ListView>(null)
  const chatRef = useRef<HTMLElement>(null)
  const composerRef = useRef<HTMLTextAreaElement>(null)
  useConsoleKeys({ listRef, composerRef })
  useTitle(useConsoleTitle(inbox, chatId), list.counts?.unreadOwn ?? 0)
  const focusList = () => {
    listRef.current?.moveFocus(1)
    // On a phone the list is hidden while a chat is open.
    if (document.activeElement?.matches('[data-row]') !== true) chatRef.current?.focus()
  }
  const onMade = (chat: Chat) => {
    inbox.put([chat])
    setStarting(false)
    open(chat)
  }
  return (
    <AppFrame
      title={t`Inbox`}
      caughtUp={list.caughtUp}
      settings={<ShortcutSetting />}
      chatOpen={chatId !== undefined}
      rail={<FilterRail filter={filter} counts={list.counts} onFilter={setFilter} />}
    >
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] md:grid-cols-[18rem_minmax(0,1fr)] lg:grid-cols-[21.5rem_minmax(0,1fr)] print:block">
        <section
          aria-label={t`Chats`}
          className={`min-h-0 flex-col border-line bg-canvas md:border-e print:hidden ${chatId === undefined ? 'flex' : 'hidden md:flex'}`}
        >
          <div className="flex min-h-13 items-center gap-2 ps-4 pe-3 short:min-h-0">
            <h2 className="min-w-0 flex-1 truncate text-title font-semibold md:max-lg:sr-only">
              {filterNames[filter]}
            </h2>
            {filter !== 'closed' && <SortMenu sort={sort} onSort={setSort} />}
            <button
              type="button"
              aria-label={t`New chat`}
              title={t`New chat`}
              onClick={() => setStarting(true)}
              className={`${iconButtonClass} md:max-lg:ms-auto`}
            >
              <Icon name="plus" size={20} />
            </button>
          </div>
          <FilterBar filter={filter} counts={list.counts} onFilter={setFilter} />
          <ChatList
            ref={listRef}
            list={list}
            filter={filter}
            sort={sort}
            selectedId={chatId}
            onNear={(id) => void loadAhead(session, id)}
            onStart={() => setStarting(true)}
          />
        </section>
        <section
          ref={chatRef}
          tabIndex={-1}
          aria-label={t`Chat`}
          className={`min-h-0 min-w-0 flex-col bg-surface text-body outline-none print:block ${chatId === undefined ? 'hidden md:flex' : 'flex'}`}
        >
          {chatId === undefined ? (
            <NoChat isQuiet={list.counts?.open === 0} />
          ) : (
            <ConsoleChat
              key={chatId}
              chatId={chatId}
              inbox={inbox}
              actions={actions}
              composerRef={composerRef}
              onLeave={leave}
              onFocusList={focusList}
            />
          )}
        </section>
      </div>
      {starting && <StartChatDialog onMade={onMade} onDismiss={() => setStarting(false)} />}
    </AppFrame>
  )
}

/** Returns the title of the tab: whose chat is open. */
function useConsoleTitle(inbox: InboxFollower, chatId: number | undefined): string {
  const { t } = useLingui()
  const chat = useStore(inbox).rows.get(chatId as ChatId)
  return chat === undefined ? t`Inbox` : chat.client.name
}

/** The address names the open chat, so a reload and Back work as users expect. */
function useOpenChat() {
  const { chat } = useChatsRoute().search
  const navigate = useNavigateChats()
  const open = useCallback((opened: Chat) => navigate({ chat: opened.id }), [navigate])
  const leave = useCallback(() => navigate({}), [navigate])
  return { chatId: typeof chat === 'number' ? chat : undefined, open, leave }
}
