import type { RefObject } from 'react'
import { useSession } from '../../lib/session.ts'
import { Composer } from './composer.tsx'
import { MessageBubble } from './message-bubble.tsx'
import type { Opening } from './opening.ts'
import { timelineItems } from './timeline-items.ts'
import { useDraft } from './use-draft.ts'

type OpeningComposerProps = {
  /** The first message of a chat that is being made. */
  readonly opening: Opening | null
  readonly onSend: (text: string) => void
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

const noHandlers = { onRetry: () => undefined, onEdit: () => undefined, onDiscard: () => undefined }

/** The composer of a chat that does not exist yet: its first message makes it. */
export function OpeningComposer({ opening, onSend, inputRef }: OpeningComposerProps) {
  const { user } = useSession()
  const [draft, setDraft] = useDraft({ userId: user.id, chatId: 'new' })
  const send = (text: string) => {
    if (opening !== null) return
    onSend(text)
    setDraft('')
  }
  return (
    <>
      {opening !== null && (
        <div className="mx-auto w-full max-w-[48rem] px-4 pb-4">
          {timelineItems(openingTimeline(opening), { ...user, unreadFrom: null }).map(
            (item) =>
              item.type === 'message' && <MessageBubble key={item.key} item={item} ourSide onFailed={noHandlers} />,
          )}
        </div>
      )}
      <Composer draft={draft} onDraft={setDraft} onSend={send} inputRef={inputRef} />
    </>
  )
}

function openingTimeline({ text, clientMsgId, createdAt }: Opening) {
  return {
    status: 'loading',
    error: null,
    entries: [],
    pending: [{ clientMsgId, text, state: 'sending', code: null, createdAt }],
    hasMore: false,
    loadingOlder: false,
    read: { client: 0, operator: 0 },
    chatStatus: 'unknown',
  } as const
}
