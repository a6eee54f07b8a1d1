import { Trans, useLingui } from '@lingui/react/macro'
import { IconShape } from './icon-shape.tsx'

const bell = 'M5 16.5a7 7 0 0 1 14 0zM3.5 19.5h17M12 9.5V7M10 6h4'

type BrandProps = {
  readonly demo?: boolean
  readonly small?: boolean
  /** On a phone shows only the icon, to leave room for other content. */
  readonly iconOnPhone?: boolean
}

/** The name of the product. `demo`: adds a label that says that anybody can sign in as anybody on this server. */
export function Brand({ demo = false, small = false, iconOnPhone = false }: BrandProps) {
  const { t } = useLingui()
  return (
    <span className="inline-flex items-center gap-2 text-title font-semibold">
      <span
        className={`inline-flex shrink-0 items-center justify-center rounded-control bg-accent text-accent-on forced-frame ${small ? 'size-7' : 'size-8'}`}
      >
        <IconShape path={bell} size={small ? 18 : 20} />
      </span>
      <span translate="no" className={iconOnPhone ? 'max-md:sr-only' : ''}>
        Deskbell
      </span>
      {demo && (
        <span
          title={t`Demo mode: anyone can sign in.`}
          className={`rounded-chip border border-line bg-sunken px-1.5 text-micro font-medium text-ink-2 ${iconOnPhone ? 'max-md:sr-only' : ''}`}
        >
          <Trans>Demo</Trans>
        </span>
      )}
    </span>
  )
}
