import type { RefObject } from 'react'
import { useSession } from '../../lib/session.ts'
import { Composer } from './composer.tsx'
import { MessageBubble } from './message-bubble.tsx'
import type { Opening } from './opening.ts'
import { wholeLog } from './shown-range.ts'
import { timelineItems } from './timeline-items.ts'
import { useDraft } from './use-draft.ts'

type OpeningComposerProps = {
  /** The first message of a chat that is being made. */
  readonly opening: Opening | null
  readonly onSend: (text: string) => void
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

const nothing = () => undefined
const noHandlers = { onRetry: nothing, onRelease: nothing, onEdit: nothing, onDiscard: nothing }

/** The composer of a chat that does not exist yet: its first message makes it. */
export function OpeningComposer({ opening, onSend, inputRef }: OpeningComposerProps) {
  const { user } = useSession()
  const draft = useDraft({ userId: user.id, chatId: 'new' })
  const send = (text: string) => {
    if (opening !== null) return
    onSend(text)
    draft.change('')
  }
  return (
    <>
      {opening !== null && (
        <div className="mx-auto w-full max-w-[48rem] px-4 pb-4">
          {timelineItems(openingTimeline(opening), { ...user, unreadFrom: null }, wholeLog).map(
            (item) =>
              item.type === 'message' && (
                <MessageBubble key={item.key} item={item} ourSide handlers={noHandlers} changes={null} />
              ),
          )}
        </div>
      )}
      <Composer text={draft.text} onText={draft.change} onSubmit={send} inputRef={inputRef} />
    </>
  )
}

function openingTimeline({ text, clientMsgId, createdAt }: Opening) {
  return {
    entries: [],
    changes: [],
    pending: [{ clientMsgId, text, state: 'sending', code: null, createdAt }],
    delivered: { client: 0, operator: 0 },
    read: { client: 0, operator: 0 },
  } as const
}
