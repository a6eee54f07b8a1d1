/** Paths by segments, so that finding one does not depend on how many there are. */
export type RouteTree<T> = { children: Map<string, RouteTree<T>>; parameter: RouteTree<T> | null; value: T | null }

/** `parameters`: what stands at the places of the parameters, in the order of the path. */
export type RouteMatch<T> = { value: T; parameters: string[] }

export function createRouteTree<T>(entries: Iterable<readonly [path: string, value: T]>): RouteTree<T> {
  const root = emptyNode<T>()
  for (const [path, value] of entries) place(root, path).value = value
  return root
}

/** `path` as it came, still percent-encoded; so are the parameters. Nothing is guessed: `/chats/` is another path than `/chats`. */
export function findRoute<T>(tree: RouteTree<T>, path: string): RouteMatch<T> | null {
  let node: RouteTree<T> | null = tree
  const parameters: string[] = []
  for (const segment of segmentsOf(path)) {
    const child: RouteTree<T> | undefined = node.children.get(segment)
    if (child === undefined) parameters.push(segment)
    node = child ?? (segment === '' ? null : node.parameter)
    if (node === null) return null
  }
  return node.value === null ? null : { value: node.value, parameters }
}

function place<T>(root: RouteTree<T>, path: string): RouteTree<T> {
  let node = root
  for (const segment of segmentsOf(path)) node = segment.startsWith('{') ? parameterOf(node) : childOf(node, segment)
  return node
}

function childOf<T>(node: RouteTree<T>, segment: string): RouteTree<T> {
  const child = node.children.get(segment) ?? emptyNode<T>()
  node.children.set(segment, child)
  return child
}

function parameterOf<T>(node: RouteTree<T>): RouteTree<T> {
  node.parameter ??= emptyNode<T>()
  return node.parameter
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

function emptyNode<T>(): RouteTree<T> {
  return { children: new Map(), parameter: null, value: null }
}
