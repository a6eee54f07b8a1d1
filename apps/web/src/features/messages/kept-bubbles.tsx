import { useSession } from '../../lib/session.ts'
import { MessageBubble } from './message-bubble.tsx'
import { wholeLog } from './shown-range.ts'
import { timelineItems } from './timeline-items.ts'

/** A message that waits for its chat. */
export type KeptText = { readonly clientMsgId: string; readonly text: string; readonly createdAt: string }

const none = { client: 0, operator: 0 }
const nothing = () => undefined
const noHandlers = { onRetry: nothing, onRelease: nothing, onEdit: nothing, onDiscard: nothing }

/** What was written before there was a chat for it, as it will stand there. */
export function KeptBubbles({ texts, state }: { texts: readonly KeptText[]; state: 'queued' | 'sending' }) {
  const { user } = useSession()
  const pending = texts.map(({ clientMsgId, text, createdAt }) => ({ clientMsgId, text, createdAt, state, code: null }))
  const timeline = { entries: [], changes: [], pending, delivered: none, read: none }
  return timelineItems(timeline, { ...user, unreadFrom: null }, wholeLog).map(
    (item) =>
      item.type === 'message' && (
        <MessageBubble key={item.key} item={item} ourSide handlers={noHandlers} changes={null} />
      ),
  )
}
