import { expect, test } from 'vitest'
import { type CpuProfile, callTree, timeByOwner } from './cpu-profile.ts'
import { flameGraph } from './flame-graph.ts'

const at = (functionName: string, url = '') => ({ functionName, url, lineNumber: 0 })
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: at('(root)'), children: [2, 5] },
    { id: 2, callFrame: at('send', 'file:///x/packages/core/src/send.ts'), children: [3, 4] },
    { id: 3, callFrame: at('query', 'file:///x/node_modules/.pnpm/pg@8/node_modules/pg/lib/client.js') },
    { id: 4, callFrame: at('write', 'node:net') },
    { id: 5, callFrame: at('(idle)') },
  ],
  samples: [2, 3, 3, 4, 5],
  timeDeltas: [10, 20, 30, 40, 1_000],
}

test('[BENCH-5] a profile is summed by call and by owner, without the time in which nothing ran', () => {
  const tree = callTree(profile)
  expect(tree.us).toBe(100)
  const send = [...tree.calls.values()][0]
  expect(send).toMatchObject({ name: 'send', file: 'packages/core/src/send.ts', us: 100, ownUs: 10 })
  expect(Object.fromEntries(timeByOwner(tree))).toMatchObject({ Deskbell: 10, pg: 50, Node: 40 })
})

test('[BENCH-5] a flame graph shows every function that took its share, and no markup of a name', () => {
  const odd: CpuProfile = { ...profile, nodes: profile.nodes.map((node) => ({ ...node })) }
  odd.nodes[1] = { id: 2, callFrame: at('<send & co>', 'file:///x/packages/core/src/send.ts'), children: [3, 4] }
  const svg = flameGraph(callTree(odd), 'Title')
  expect(svg).toContain('&lt;send &amp; co&gt;')
  expect(svg).not.toContain('<send')
  expect(svg.match(/<rect/g)?.length).toBe(4)
})
