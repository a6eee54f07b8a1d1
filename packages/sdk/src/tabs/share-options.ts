import type { ConnectionState } from '../connection/connection-state.ts'
import type { WakeSign } from '../connection/page-signals.ts'
import type { Route } from '../connection/route.ts'
import type { Store } from '../store.ts'
import type { TabBrowser } from './tab-browser.ts'

export type ShareOptions = {
  browser: TabBrowser
  /** One name for all tabs that may share: the same server, session and version of these messages. */
  name: string
  tab: string
  /** This tab's own line. */
  line: SharedLine
}

/** What other tabs may do with a line. */
export type SharedLine = {
  readonly state: Store<ConnectionState>
  readonly route: Route
  retryNow(): void
  wake(sign: WakeSign): void
}
