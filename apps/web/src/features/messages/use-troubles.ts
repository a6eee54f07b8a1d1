import type { Timeline } from '@deskbell/sdk'
import { useLingui as useRuntime } from '@lingui/react'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../../components/announcer.tsx'
import { errorWords } from '../../components/error-words.ts'

/** Tells those who hear the page at once that a message of theirs was refused, and why. */
export function useTroubles({ pending }: Timeline): void {
  const { i18n } = useRuntime()
  const { t } = useLingui()
  const announce = useAnnounce()
  const told = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const failed = pending.filter(({ state }) => state === 'failed')
    for (const { clientMsgId, code } of failed) {
      if (told.current.has(clientMsgId)) continue
      const reason = i18n._(errorWords(code))
      announce(t`Not sent. ${reason}`, 'assertive')
    }
    told.current = new Set(failed.map(({ clientMsgId }) => clientMsgId))
  }, [pending, announce, i18n, t])
}
