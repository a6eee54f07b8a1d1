import { useLingui } from '@lingui/react/macro'
import { Icon, type IconName } from '../../components/icon.tsx'
import type { MessageState } from './message-state.ts'
import type { MessageItem } from './timeline-item.ts'

const icons: Record<MessageState, IconName> = {
  queued: 'clock',
  sending: 'clock',
  unconfirmed: 'clock',
  held: 'pause',
  failed: 'alert',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
}

/** How far an own message has come: a sign for the eye, and the word for everybody who asks or listens. */
export function MessageStatus({ state, tells }: { state: MessageState } & Pick<MessageItem, 'tells'>) {
  const words = useStateWords()[state]
  const told = tells === 'words'
  return (
    <span
      className={tells === 'nothing' ? 'sr-only' : `inline-flex items-center gap-1 ${looks[state] ?? ''}`}
      title={told ? undefined : words}
    >
      <Icon name={icons[state]} size={14} strong={state === 'read'} />
      <span className={told ? '' : 'sr-only'}>{words}</span>
    </span>
  )
}

function useStateWords(): Record<MessageState, string> {
  const { t } = useLingui()
  return {
    queued: t`Waiting for network`,
    sending: t`Sending`,
    unconfirmed: t`Still sending…`,
    held: t`Needs your decision`,
    failed: t`Not sent`,
    sent: t`Sent`,
    delivered: t`Delivered`,
    read: t`Read`,
  }
}

const looks: Partial<Record<MessageState, string>> = {
  failed: 'font-medium text-danger-text',
  held: 'font-medium text-warn-text',
  read: 'text-accent-text',
}
