import { afterEach, describe, expect, test, vi } from 'vitest'
import { readBrowser } from './browser.ts'

const nothing = { indexedDB: null, localStorage: null, locks: null, BroadcastChannel: null }

const indexedDB = { open: () => {} }
const localStorage = { setItem: () => {} }
const locks = { request: () => {} }
class Channel {}

function stub(globals: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
}

const complete = { indexedDB, localStorage, navigator: { locks }, BroadcastChannel: Channel }

describe('readBrowser', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('[SDK-10] a page uses what its browser gives', () => {
    stub({ ...complete, document: new EventTarget() })
    expect(readBrowser()).toEqual({ indexedDB, localStorage, locks, BroadcastChannel: Channel })
  })

  test('[SDK-10] a program outside a page shares nothing with tabs, and may have a database', () => {
    stub({ ...complete, document: undefined })
    expect(readBrowser()).toEqual({ ...nothing, indexedDB })
  })

  test.each([
    { what: 'that has none of them', value: undefined, navigator: undefined },
    { what: 'that has null in their place', value: null, navigator: { locks: null } },
    { what: 'that has something else of their name', value: {}, navigator: { locks: {} } },
    { what: 'that has texts of their name', value: 'open setItem', navigator: { locks: 'request' } },
    { what: 'whose navigator is a text', value: undefined, navigator: 'locks' },
  ])('[SDK-10] a browser $what is one without them', ({ value, navigator }) => {
    stub({ indexedDB: value, localStorage: value, BroadcastChannel: value, navigator, document: new EventTarget() })
    expect(readBrowser()).toEqual(nothing)
  })

  test('[SDK-10] what a page is forbidden even to read is missing, and nothing else is', () => {
    stub({ ...complete, document: new EventTarget() })
    const get = () => {
      throw new DOMException('Not in this frame.', 'SecurityError')
    }
    for (const name of ['indexedDB', 'localStorage']) Object.defineProperty(globalThis, name, { get })
    expect(readBrowser()).toEqual({ ...nothing, locks, BroadcastChannel: Channel })
  })
})
