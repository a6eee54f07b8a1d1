import type { InboxFollower } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { lazyPart } from '../../components/lazy-part.tsx'
import { OwnChatHeader } from '../../features/chats/own/own-chat-header.tsx'
import type { OwnChatListProps } from '../../features/chats/own/own-chat-list.tsx'
import { useOwnChats } from '../../features/chats/own/use-own-chats.ts'
import { useInbox } from '../../features/chats/use-inbox.ts'
import { useTitle } from '../../features/chats/use-title.ts'
import { useOpening } from '../../features/messages/use-opening.ts'
import { WaitingComposer } from '../../features/messages/waiting-composer.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import { useSession } from '../../lib/session.ts'
import { useChatsRoute } from '../chats-route.ts'
import { readClosedChat } from '../env.ts'
import { AppFrame } from './app-frame.tsx'
import { ClientChat } from './client-chat.tsx'
import { ListButton } from './list-button.tsx'
import { useSelection } from './use-selection.ts'

// Only who has several chats needs it.
const OwnChatList = lazyPart<OwnChatListProps>(
  async () => (await withCatalogs(['parts'], () => import('../../features/chats/own/own-chat-list.tsx'))).OwnChatList,
)

/** A client's own chats: the running one, the past ones, and the way to a new one. */
export function ClientPage() {
  const { sdk, user } = useSession()
  const inbox = useInbox(sdk, { role: 'client', userId: user.id })
  return inbox === null ? null : <WithInbox inbox={inbox} />
}

function WithInbox({ inbox }: { inbox: InboxFollower }) {
  const { t } = useLingui()
  const own = useOwnChats(inbox)
  const { list = false } = useChatsRoute().search
  const opening = useOpening((chat) => selectMade(chat))
  const { selected, select, selectMade, showList } = useSelection(own, opening.openings.length > 0)
  useTitle(t`Your chats`, own.unread)
  const withList = own.chats.length > 1 || (own.chats.length === 1 && selected === undefined)
  const listShown = withList && list
  return (
    <AppFrame
      title={t`Your chats`}
      caughtUp={own.caughtUp}
      bar={
        <>
          <OwnChatHeader
            chat={selected}
            operatorsOnline={own.operatorsOnline}
            canWrite={selected?.status !== 'closed' || readClosedChat() !== 'say'}
          />
          {withList && (
            <ListButton
              open={listShown}
              unread={own.unread - (selected?.unread ?? 0)}
              onPress={() => showList(!list)}
            />
          )}
        </>
      }
    >
      <div
        className={`grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] ${withList ? 'md:grid-cols-[18rem_minmax(0,1fr)]' : ''} print:block`}
      >
        {withList && (
          <div
            className={`min-h-0 flex-col border-line bg-canvas md:border-e print:hidden ${listShown ? 'flex' : 'hidden md:flex'}`}
          >
            <OwnChatList own={own} selectedId={selected?.id} />
          </div>
        )}
        <section
          aria-label={t`Chat`}
          className={`min-h-0 min-w-0 flex-col bg-surface text-read print:block ${listShown ? 'hidden md:flex' : 'flex'}`}
        >
          {own.loaded ? (
            <ClientChat chat={selected} opening={opening} onNewChat={() => select('new')} onOpen={own.put} />
          ) : (
            <WaitingComposer />
          )}
        </section>
      </div>
    </AppFrame>
  )
}
