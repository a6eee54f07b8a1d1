import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import layers from '../.dependency-cruiser.cjs'

let tree = ''

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'deskbell-layers-'))
  write('package.json', '{ "type": "module" }')
})
afterEach(() => rmSync(tree, { recursive: true, force: true }))

function write(path, text) {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), text)
}

/** The names of the rules that this small house breaks. */
async function brokenRules() {
  mkdirSync(join(tree, 'packages'), { recursive: true })
  mkdirSync(join(tree, 'apps'), { recursive: true })
  const options = { ...layers.options, baseDir: tree, validate: true, ruleSet: { forbidden: layers.forbidden } }
  const { output } = await cruise(['packages', 'apps'], options, layers.options.enhancedResolveOptions)
  return output.summary.violations.map((violation) => violation.rule.name)
}

test('stairs that go down are fine', async () => {
  write('packages/contract/src/chats.ts', 'export const a = 1')
  write('packages/core/src/chats.ts', "export { a } from '../../contract/src/chats.ts'")
  expect(await brokenRules()).toEqual([])
})

test('a mechanism of core that imports what it is to know nothing of is found', async () => {
  write('packages/core/src/presence/board.ts', 'export const board = 1')
  write('packages/core/src/writer/writer.ts', "export { board } from '../presence/board.ts'")
  expect(await brokenRules()).toEqual(['core-layer-writer'])
})

test('folders of one layer of core stay apart, and nothing imports what creates it', async () => {
  write('packages/core/src/presence/board.ts', 'export const board = 1')
  write('packages/core/src/inbox/inbox.ts', "export { board } from '../presence/board.ts'")
  expect(await brokenRules()).toEqual(['core-layer-inbox'])
  write('packages/core/src/inbox/inbox.ts', 'export const inbox = 1')
  write('packages/core/src/create-core.ts', "export { inbox } from './inbox/inbox.ts'")
  expect(await brokenRules()).toEqual([])
  write('packages/core/src/chats/close-chat.ts', "export { inbox } from '../create-core.ts'")
  expect(await brokenRules()).toEqual(['core-layer-chats'])
})

test('stairs that go up are found, as type too', async () => {
  write('packages/core/src/chats.ts', 'export type Chat = { id: number }')
  write('packages/contract/src/chats.ts', "export type { Chat } from '../../core/src/chats.ts'")
  expect(await brokenRules()).toEqual(['layer-contract'])
})

test('a circle is found, of types too', async () => {
  write('packages/core/src/a.ts', "import type { B } from './b.ts'\nexport type A = B | 1")
  write('packages/core/src/b.ts', "import type { A } from './a.ts'\nexport type B = A | 2")
  expect(await brokenRules()).toContain('no-circles')
})

test('the SDK may know the router as a type, and nothing else of it', async () => {
  write('packages/api/src/router.ts', 'export const router = 1\nexport type Router = typeof router')
  write('packages/sdk/src/index.ts', "export type { Router } from '../../api/src/router.ts'")
  expect(await brokenRules()).toEqual([])
  write('packages/sdk/src/index.ts', "export { router } from '../../api/src/router.ts'")
  expect(await brokenRules()).toEqual(['layer-sdk-types-only'])
})

test('a layer of the SDK that imports one above it is found, and its tests may', async () => {
  write('packages/sdk/src/timeline/fold.ts', "export { store } from '../base/store.ts'")
  write('packages/sdk/src/base/store.ts', 'export const store = 1')
  write('packages/sdk/src/base/store.test.ts', "export { store } from '../timeline/fold.ts'")
  expect(await brokenRules()).toEqual([])
  write('packages/sdk/src/timeline/log.ts', 'export const log = 1')
  write('packages/sdk/src/base/store.ts', "export { log as store } from '../timeline/log.ts'")
  expect(await brokenRules()).toEqual(['sdk-layer-base'])
})

test('pages and examples take the SDK by its published entries only', async () => {
  write('packages/sdk/src/index.ts', 'export const sdk = 1')
  write('packages/sdk/src/base/ids.ts', 'export const id = 1')
  write('apps/web/src/app.ts', "export { sdk } from '../../../packages/sdk/src/index.ts'")
  expect(await brokenRules()).toEqual([])
  write('apps/web/src/app.ts', "export { id } from '../../../packages/sdk/src/base/ids.ts'")
  expect(await brokenRules()).toEqual(['layer-web'])
})

test('a feature of the pages that imports another is found', async () => {
  write('apps/web/src/features/chats/list.ts', 'export const list = 1')
  write('apps/web/src/features/messages/thread.ts', "export { list } from '../chats/list.ts'")
  expect(await brokenRules()).toEqual(['features-apart'])
})

test('a database library above the database is found', async () => {
  write('node_modules/pg/package.json', '{ "name": "pg", "main": "index.js" }')
  write('node_modules/pg/index.js', 'export const pool = 1')
  write('packages/core/src/chats.ts', "export { pool } from 'pg'")
  expect(await brokenRules()).toEqual(['only-packages-db-and-packages-bus-and-apps-load-src-bench-peers-uses-pg'])
})
