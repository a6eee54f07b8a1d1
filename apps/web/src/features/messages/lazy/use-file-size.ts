import { useLingui } from '@lingui/react'
import { regionalTag, wantedLanguages } from '../../../lib/locale.ts'

/** 812 kB, 2.4 MB: in powers of ten, as file managers count. Only an empty file has 0 kB. */
export function useFileSize(): (bytes: number) => string {
  const { i18n } = useLingui()
  const locale = regionalTag(i18n.locale, wantedLanguages())
  const size = (unit: string, maximumFractionDigits: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits })
  return (bytes) => {
    if (bytes >= 999_500) return size('megabyte', 1).format(bytes / 1_000_000)
    return size('kilobyte', 0).format(bytes === 0 ? 0 : Math.max(1, bytes / 1_000))
  }
}
