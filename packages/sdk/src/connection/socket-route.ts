import type { AppRouter } from '@deskbell/api/router'
import { wsLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { endedError } from './ended-error.ts'
import type { Line } from './line.ts'
import { nothingNext, type Route } from './route.ts'

/** The way over this program's own socket, which may be another one after a new sign-in: every operation asks for it. */
export function createSocketRoute(line: Line): Route {
  return {
    run: (op) =>
      observable((observer) => {
        const client = line.socket()
        if (client === null) return observer.error(endedError(line.state.getSnapshot()))
        return wsLink<AppRouter>({ client })({})({ op, next: nothingNext }).subscribe(observer)
      }),
    // What waits for a socket has not left; what an open one carries ends with it, one way or the other.
    leave: () => (line.isOpen() ? 'finish' : 'repeat'),
  }
}
