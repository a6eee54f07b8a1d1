import { Trans } from '@lingui/react/macro'
import { Notice } from '../../components/notice.tsx'

/** What is typed would end with the tab. Below, the composer. */
export function DraftNotKept() {
  return (
    <Notice look="warn">
      <Trans>Storage on this device is full, so your draft can’t be saved. Send it before you close this tab.</Trans>
    </Notice>
  )
}
