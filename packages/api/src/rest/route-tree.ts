/** A tree of paths by segment. The cost of a search does not depend on the number of paths. */
export type RouteTree<T> = { children: Map<string, RouteTree<T>>; parameter: RouteTree<T> | null; value: T | null }

/** `parameters`: the segments at the places of the parameters, in the order of the path. */
export type RouteMatch<T> = { value: T; parameters: string[] }

export function createRouteTree<T>(entries: Iterable<readonly [path: string, value: T]>): RouteTree<T> {
  const root = emptyNode<T>()
  for (const [path, value] of entries) nodeFor(root, path).value = value
  return root
}

/** Finds the value of a path. `path` and the parameters are percent-encoded. `/chats/` does not match `/chats`. */
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

function nodeFor<T>(root: RouteTree<T>, path: string): RouteTree<T> {
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
