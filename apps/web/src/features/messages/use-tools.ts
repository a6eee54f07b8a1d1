import { useEffect, useState } from 'react'
import { withCatalogs } from '../../lib/i18n.ts'

type ToolsModule = typeof import('./tools/message-tools.ts')
export type Tools = ToolsModule['messageTools']

/**
 * What only an author of a recent message needs, loaded once there is one; null until then.
 * It is here before it is wanted, so an outage cannot take away what is behind a button that is shown.
 */
export function useTools(wantedBy: unknown): Tools | null {
  const [tools, setTools] = useState<Tools | null>(null)
  useEffect(() => {
    if (wantedBy === null || tools !== null) return
    let left = false
    withCatalogs(['parts'], () => import('./tools/message-tools.ts')).then(
      ({ messageTools }) => {
        if (!left) setTools(messageTools)
      },
      // The next message tries again.
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [wantedBy, tools])
  return tools
}
