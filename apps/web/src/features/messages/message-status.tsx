import { useLingui } from '@lingui/react/macro'
import { Icon, type IconName } from '../../components/icon.tsx'
import type { MessageState } from './timeline-items.ts'

const icons: Record<MessageState, IconName> = {
  sending: 'clock',
  unconfirmed: 'clock',
  failed: 'alert',
  sent: 'check',
  read: 'checks',
}

/** How far an own message has come: a sign for the eye, and the word for everybody. */
export function MessageStatus({ state }: { state: MessageState }) {
  const words = useStateWords()[state]
  const told = state === 'unconfirmed' || state === 'failed'
  return (
    <span className={`inline-flex items-center gap-1 ${look(state)}`} title={told ? undefined : words}>
      <Icon name={icons[state]} size={14} />
      <span className={told ? '' : 'sr-only'}>{words}</span>
    </span>
  )
}

function useStateWords(): Record<MessageState, string> {
  const { t } = useLingui()
  return {
    sending: t`Sending`,
    unconfirmed: t`Not confirmed yet, still trying`,
    failed: t`Not sent`,
    sent: t`Sent`,
    read: t`Read`,
  }
}

function look(state: MessageState): string {
  if (state === 'failed') return 'font-medium text-danger-text'
  return state === 'read' ? 'text-accent-text' : ''
}
