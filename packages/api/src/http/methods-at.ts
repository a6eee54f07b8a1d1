import type { FastifyInstance } from 'fastify'

const methods = ['GET', 'HEAD', 'POST'] as const

/** Returns the methods that a path outside of REST supports; none for an unknown path. */
export function methodsAt(app: FastifyInstance, requestUrl: string): string[] {
  const [path = ''] = requestUrl.split('?', 1)
  // The router would interpret other characters as a pattern.
  if (!/^[\w./-]+$/.test(path)) return []
  return methods.filter((method) => app.hasRoute({ method, url: patternOf(path) }))
}

/** The pattern of every other route is its path. */
function patternOf(path: string): string {
  if (path.startsWith('/trpc/')) return '/trpc/*'
  return /^\/chats\/[^/]*$/.test(path) ? '/chats/:userId' : path
}
