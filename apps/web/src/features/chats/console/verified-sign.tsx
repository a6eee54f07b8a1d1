import { useLingui } from '@lingui/react/macro'
import { IconShape } from '../../../components/icon-shape.tsx'

const shield = 'M12 3l7.5 3v5.5c0 4.5-3 7.7-7.5 9.5-4.5-1.8-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5'

/** Stands beside the name of a client for whom the own site has signed. */
export function VerifiedSign({ size }: { size?: number }) {
  const { t } = useLingui()
  return (
    <span title={t`Verified: your site has signed who this is`} className="inline-flex shrink-0 text-accent-text">
      <IconShape path={shield} {...(size !== undefined && { size })} />
      <span className="sr-only">{t`Verified`}</span>
    </span>
  )
}
