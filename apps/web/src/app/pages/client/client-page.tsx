import type { InboxFollower } from '@deskbell/sdk'
import { useInbox } from '@deskbell/sdk/react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Badge } from '../../../components/badge.tsx'
import { Button } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { rememberedChats } from '../../../features/chats/known-chats.ts'
import type { OwnChatListProps } from '../../../features/chats/own/lazy/own-chat-list.tsx'
import { OwnChatHeader } from '../../../features/chats/own/own-chat-header.tsx'
import { useOwnChats } from '../../../features/chats/own/use-own-chats.ts'
import { WaitingComposer } from '../../../features/messages/new-chat/new-chat-composer.tsx'
import { useNewChat } from '../../../features/messages/new-chat/use-new-chat.ts'
import { withCatalogs } from '../../../lib/i18n.ts'
import { useSession } from '../../../lib/session.ts'
import { readClosedChat } from '../../env.ts'
import { useTitle } from '../../routing/page-title.ts'
import { useChatsRoute } from '../../routing/route.ts'
import { AppFrame } from '../app-frame.tsx'
import { ClientChat } from './client-chat.tsx'
import { useSelection } from './use-selection.ts'

// Only clients with several chats need it.
const OwnChatList = lazyPart<OwnChatListProps>(
  async () =>
    (await withCatalogs(['parts'], () => import('../../../features/chats/own/lazy/own-chat-list.tsx'))).OwnChatList,
)

/** A client's chats: the open one, the past ones, and the composer of a new one. */
export function ClientPage() {
  const { user } = useSession()
  const inbox = useInbox({ remembered: () => rememberedChats({ role: 'client', userId: user.id }) })
  return inbox === null ? null : <WithInbox inbox={inbox} />
}

function WithInbox({ inbox }: { inbox: InboxFollower }) {
  const { t } = useLingui()
  const own = useOwnChats(inbox)
  const { list = false } = useChatsRoute().search
  const opening = useNewChat((chat) => selectMade(chat))
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

type ListButtonProps = { readonly open: boolean; readonly unread: number; readonly onPress: () => void }

/** On a phone: switches between the list of chats and the chat. */
export function ListButton({ open, unread, onPress }: ListButtonProps) {
  return (
    <Button look="quiet" aria-expanded={open} onClick={onPress} className="md:hidden">
      <Icon name="list" size={16} />
      <Trans>Chats</Trans>
      <Badge count={unread} />
    </Button>
  )
}
