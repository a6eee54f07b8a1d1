import type { FastifyInstance } from 'fastify'

const methods = ['GET', 'HEAD', 'POST'] as const

/** The methods that a path outside of REST is served with; none for an unknown path. */
export function methodsAt(app: FastifyInstance, requestUrl: string): string[] {
  const [path = ''] = requestUrl.split('?', 1)
  // The router would read other characters as a pattern of its own.
  if (!/^[\w./-]+$/.test(path)) return []
  return methods.filter((method) => app.hasRoute({ method, url: patternOf(path) }))
}

/** Every other route is the path itself. */
function patternOf(path: string): string {
  if (path.startsWith('/trpc/')) return '/trpc/*'
  return /^\/chats\/[^/]*$/.test(path) ? '/chats/:userId' : path
}
