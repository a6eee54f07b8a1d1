import { Trans } from '@lingui/react/macro'
import { applyUpdate, useUpdateOffered } from '../lib/app-update.ts'
import { Notice, noticeActionClass } from './notice.tsx'

/** Another version of the pages is to be had. It waits until somebody wants it. */
export function UpdateNotice() {
  const isOffered = useUpdateOffered()
  return (
    <div role="status">
      {isOffered && (
        <Notice
          look="info"
          action={
            <button type="button" className={noticeActionClass} onClick={applyUpdate}>
              <Trans>Reload</Trans>
            </button>
          }
        >
          <Trans>A new version is available. Reload to continue.</Trans>
        </Notice>
      )}
    </div>
  )
}
