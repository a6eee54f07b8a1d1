import { expect, test } from 'vitest'
import { readable } from './bootstrap/docs/generate-docs.mjs'

test('the graph of the layers is drawn in names, a line for each package, the tallest first', () => {
  const graph = 'flowchart LR\n\nsubgraph 0["packages"]\n1["db"]\n2["core"]\n3["contract"]\nend\n1-->3\n2-->3\n2-->1'
  expect(readable(graph)).toBe('flowchart TD\n  core --> contract & db\n  db --> contract')
})
