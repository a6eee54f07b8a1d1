import { Trans } from '@lingui/react/macro'
import { Button } from '../../../components/button.tsx'

export type ClosedChatProps = { readonly draft: string; readonly onNewChat: () => void }

/** A closed chat takes no message; what was typed goes along into a new one. */
export function ClosedChat({ draft, onNewChat }: ClosedChatProps) {
  return (
    <div className="border-t border-line print:hidden pb-[env(safe-area-inset-bottom)]">
      <div className="mx-auto flex w-full max-w-[51rem] flex-wrap items-center justify-between gap-3 px-6 py-3 max-md:px-4">
        <p className="text-body text-ink-2">
          <Trans>This chat is closed.</Trans>{' '}
          {draft === '' ? (
            <Trans>You can read it here anytime.</Trans>
          ) : (
            <Trans>Your draft moves to the new chat.</Trans>
          )}
        </p>
        <Button look="primary" onClick={onNewChat}>
          <Trans>New chat</Trans>
        </Button>
      </div>
    </div>
  )
}
