import { useLingui } from '@lingui/react/macro'
import { useFormat } from '../../components/use-format.ts'

/** The day, in the reader's own time zone. It stays at the top while its messages are in view. */
export function DaySeparator({ at }: { at: string }) {
  const format = useFormat()
  const words = useDayWords()
  return (
    <h2 className="sticky top-1 z-1 mx-auto my-3 w-fit rounded-full bg-sunken px-3 py-0.5 text-meta font-medium text-ink-2">
      <time dateTime={at.slice(0, 10)}>{words(at) ?? format.date(at)}</time>
    </h2>
  )
}

const dayMs = 86_400_000

function useDayWords(): (at: string) => string | undefined {
  const { t } = useLingui()
  return (at) => {
    const date = new Date(at).toDateString()
    if (date === new Date().toDateString()) return t`Today`
    return date === new Date(Date.now() - dayMs).toDateString() ? t`Yesterday` : undefined
  }
}
