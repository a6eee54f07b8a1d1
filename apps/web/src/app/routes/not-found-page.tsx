import { Trans } from '@lingui/react/macro'
import { AppLink } from '../../components/app-link.tsx'
import { buttonClass } from '../../components/button.tsx'
import { PublicLayout } from './public-layout.tsx'

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <PublicLayout>
      <div className="my-auto grid max-w-[32rem] justify-items-start gap-3 py-10">
        <h1 className="text-h1 font-semibold">
          <Trans>Page not found</Trans>
        </h1>
        <p className="text-read text-ink-2">
          <Trans>The address may be mistyped, or the page may have moved.</Trans>
        </p>
        <AppLink to="/" className={`${buttonClass('primary', true)} mt-3`}>
          <Trans>Go to home page</Trans>
        </AppLink>
      </div>
    </PublicLayout>
  )
}
