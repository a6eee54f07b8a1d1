import { useSession } from '../../../lib/session.ts'

/** In a browser in which a client and an operator are signed in, a URL says who asks. */
export function useOfSession(): (url: string) => string {
  const { user } = useSession()
  return (url) => `${url}?role=${user.role}`
}
