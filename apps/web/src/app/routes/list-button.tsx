import { Trans } from '@lingui/react/macro'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'

type ListButtonProps = { readonly open: boolean; readonly unread: number; readonly onPress: () => void }

/** On a phone: the list of chats in place of the chat, and back. */
export function ListButton({ open, unread, onPress }: ListButtonProps) {
  return (
    <Button look="quiet" aria-expanded={open} onClick={onPress} className="md:hidden">
      <Icon name="list" size={16} />
      <Trans>Chats</Trans>
      <Badge count={unread} />
    </Button>
  )
}
