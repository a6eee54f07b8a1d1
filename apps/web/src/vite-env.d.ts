declare module '*.po' {
  import type { Messages } from '@lingui/core'

  export const messages: Messages
}

interface Window {
  /** Missing in browsers that do not know trusted types. */
  readonly trustedTypes?: {
    createPolicy(name: 'default', rules: { createScriptURL: (url: string) => string | null }): unknown
  }
}
