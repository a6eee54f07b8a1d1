import { z } from 'zod'

/** The part of a V8 CPU profile that is read here. */
export const cpuProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})
export type CpuProfile = z.infer<typeof cpuProfileSchema>

/** A function with what it called; `us`: microseconds in it and below. */
export type Frame = { name: string; file: string; us: number; ownUs: number; calls: Map<string, Frame> }

/** Not the program's doing: the process slept, or the profiler itself was at work. */
const notOurs = /^\((idle|program)\)$|profile-on-signal/

/** The calls of a profile as one tree; the same function called from the same place is one frame. */
export function callTree(profile: CpuProfile): Frame {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const root = frame('all', '')
  profile.samples.forEach((id, place) => {
    const path = pathTo(id, parents).flatMap((each) => nodes.get(each)?.callFrame ?? [])
    if (path.some(({ functionName, url }) => notOurs.test(functionName) || notOurs.test(url))) return
    add(root, path.slice(1), profile.timeDeltas[place] ?? 0)
  })
  return root
}

function pathTo(id: number, parents: ReadonlyMap<number, number>): number[] {
  const path = [id]
  for (let next = parents.get(id); next !== undefined; next = parents.get(next)) path.push(next)
  return path.reverse()
}

type CallFrame = CpuProfile['nodes'][number]['callFrame']

function add(root: Frame, path: readonly CallFrame[], us: number): void {
  let at = root
  at.us += us
  for (const { functionName, url, lineNumber } of path) {
    const key = `${functionName} ${url}:${lineNumber}`
    const next = at.calls.get(key) ?? frame(functionName || '(anonymous)', shortFile(url))
    at.calls.set(key, next)
    next.us += us
    at = next
  }
  at.ownUs += us
}

function frame(name: string, file: string): Frame {
  return { name, file, us: 0, ownUs: 0, calls: new Map() }
}

/** From the package or the folder of the repository on. */
export function shortFile(url: string): string {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+\/.*)$/.exec(url)
  if (inPackage !== null) return inPackage[1] ?? url
  return /((?:apps|packages)\/.*)$/.exec(url)?.[1] ?? url
}

/** Time in the functions themselves, by whose they are. */
export function timeByOwner(root: Frame): Map<string, number> {
  const sums = new Map<string, number>()
  const walk = (at: Frame) => {
    const owner = ownerOf(at)
    sums.set(owner, (sums.get(owner) ?? 0) + at.ownUs)
    for (const called of at.calls.values()) walk(called)
  }
  walk(root)
  return sums
}

export function ownerOf({ name, file }: Frame): string {
  if (name === '(garbage collector)') return 'garbage collector'
  if (/^(apps|packages)\//.test(file)) return 'Deskbell'
  if (file === '' || file.startsWith('node:')) return 'Node'
  return /^(@[^/]+\/[^/]+|[^/]+)/.exec(file)?.[1] ?? 'Node'
}
