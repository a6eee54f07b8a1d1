import { Trans, useLingui } from '@lingui/react/macro'
import { Icon } from './icon.tsx'

type BrandProps = {
  readonly demo?: boolean
  readonly small?: boolean
  /** Beside something else a phone has room for the sign alone. */
  readonly iconOnPhone?: boolean
}

/** The name of the product. `demo`: on this server anybody signs in as anybody, and a sign beside the name says so. */
export function Brand({ demo = false, small = false, iconOnPhone = false }: BrandProps) {
  const { t } = useLingui()
  return (
    <span className="inline-flex items-center gap-2 text-title font-semibold">
      <span
        className={`inline-flex shrink-0 items-center justify-center rounded-control bg-accent text-accent-on forced-frame ${small ? 'size-7' : 'size-8'}`}
      >
        <Icon name="bell" size={small ? 18 : 20} />
      </span>
      <span translate="no" className={iconOnPhone ? 'max-md:sr-only' : ''}>
        Deskbell
      </span>
      {demo && (
        <span
          data-open-mode
          title={t`Demo mode: anyone can sign in.`}
          className={`rounded-chip border border-line bg-sunken px-1.5 text-micro font-medium text-ink-2 ${iconOnPhone ? 'max-md:sr-only' : ''}`}
        >
          <Trans>Demo</Trans>
        </span>
      )}
    </span>
  )
}
