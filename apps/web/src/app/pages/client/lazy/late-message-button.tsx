import type { ClosedChatPolicy } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { pendingActionClass } from '../../../../features/messages/message/pending-actions.ts'

export type LateMessageButtonProps = {
  readonly policy: ClosedChatPolicy
  readonly onPress: () => void
}

/** The action for a message that arrived after its chat was closed. */
export function LateMessageButton({ policy, onPress }: LateMessageButtonProps) {
  return (
    <button type="button" className={pendingActionClass} onClick={onPress}>
      {policy === 'reopen' && <Trans>Reopen and send</Trans>}
      {policy === 'new' && <Trans>Send in a new chat</Trans>}
      {policy === 'say' && <Trans>Move to a new chat</Trans>}
    </button>
  )
}
