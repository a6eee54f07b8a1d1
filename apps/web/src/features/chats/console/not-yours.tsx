import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { Notice, noticeActionClass } from '../../../components/notice.tsx'

/** Somebody else has this chat: an answer is possible, but it should be meant. */
export function NotYours({ chat, busy, onTakeOver }: { chat: Chat; busy: boolean; onTakeOver: () => void }) {
  const owner = <bdi className="font-medium">{chat.operator?.name}</bdi>
  return (
    <Notice
      look="warn"
      action={
        <button
          type="button"
          aria-busy={busy}
          aria-disabled={busy}
          className={`${noticeActionClass} aria-busy:animate-busy`}
          onClick={onTakeOver}
        >
          <Trans>Take over</Trans>
        </button>
      }
    >
      <Trans>{owner} is handling this chat.</Trans>
    </Notice>
  )
}
