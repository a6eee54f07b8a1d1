import { describe, expect, test } from 'vitest'
import { ModelDevice } from '../../testing/outbox/model-device.ts'
import { row } from '../../testing/outbox/outbox-storage-contract.ts'
import type { TextStore } from './browser.ts'
import { Journal } from './journal.ts'

function textsOfADevice(): TextStore {
  const texts = new ModelDevice().openTab().browser.localStorage
  if (texts === null) throw new Error('The model has a place for texts.')
  return texts
}

/** The same texts, whose keys are listed in another order: browsers promise none. */
function listedAs(texts: TextStore, keysOf: (keys: (string | null)[]) => (string | null)[]): TextStore {
  const keys = () => keysOf(Array.from({ length: texts.length }, (_, index) => texts.key(index)))
  return {
    get length() {
      return keys().length
    },
    key: (index) => keys()[index] ?? null,
    getItem: (key) => texts.getItem(key),
    setItem: (key, text) => texts.setItem(key, text),
    removeItem: (key) => texts.removeItem(key),
  }
}

/** Texts with room for one text of this length. */
function textsWithRoom(length: number): TextStore {
  const texts = textsOfADevice()
  return {
    ...listedAs(texts, (keys) => keys),
    setItem: (key, text) => {
      if (text.length > length) throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
      texts.setItem(key, text)
    },
  }
}

function contentOf(texts: TextStore): (string | null)[][] {
  const keys = Array.from({ length: texts.length }, (_, index) => texts.key(index))
  return keys.map((key) => [key, texts.getItem(key ?? '')])
}

describe('Journal', () => {
  test('[SDK-10] messages are read in the order of writing, until they are dropped', () => {
    const texts = textsOfADevice()
    const journal = new Journal(texts, 'me')
    for (const id of ['z', 'a', 'm']) journal.write(row(id))
    journal.drop(row('a'))
    expect(new Journal(texts, 'me').read()).toEqual([row('z'), row('m')])
  })

  test('[SDK-10] another account reads nothing, even if its name begins alike', () => {
    const texts = textsOfADevice()
    new Journal(texts, 'https://desk.example 12').write(row('a'))
    expect(new Journal(texts, 'https://desk.example 1').read()).toEqual([])
  })

  test('[SDK-10] invalid entries do not hide valid ones', () => {
    const texts = textsOfADevice()
    const journal = new Journal(texts, 'me')
    texts.setItem('deskbell.outbox me 1 broken', '{"text":')
    texts.setItem('deskbell.outbox me 1 other', '{"text":7}')
    texts.setItem('another.thing', '{}')
    journal.write(row('a'))
    expect(journal.read()).toEqual([row('a')])
  })

  test.each([
    { order: 'of their keys', keysOf: (keys: (string | null)[]) => keys.toSorted() },
    { order: 'of writing', keysOf: (keys: (string | null)[]) => keys },
    { order: 'that is reversed', keysOf: (keys: (string | null)[]) => keys.toReversed() },
  ])('[SDK-11] pages that died are read one after the other, from texts in the order $order', ({ keysOf }) => {
    const texts = textsOfADevice()
    const pages = [1, 2].map((waitsSince) => ({ waitsSince, journal: new Journal(texts, 'me') }))
    const written = pages.flatMap(({ waitsSince, journal }) => {
      // Ten and more: the numbers are not compared as texts.
      const rows = 'khmblacjdfig'.split('').map((id) => ({ ...row(`${id}${waitsSince}`), waitsSince }))
      for (const each of rows) journal.write(each)
      return rows
    })
    expect(new Journal(listedAs(texts, keysOf), 'me').read()).toEqual(written)
  })

  test('[SDK-10] a text that another tab drops during the reading hides no other', () => {
    const texts = textsOfADevice()
    const journal = new Journal(
      listedAs(texts, (keys) => [null, ...keys]),
      'me',
    )
    journal.write(row('a'))
    expect(journal.read()).toEqual([row('a')])
  })

  test('[SDK-10] a full `localStorage` is no error: the message is left to the storage', () => {
    const journal = new Journal(textsWithRoom(0), 'me')
    expect(journal.write(row('a'))).toBe(false)
    expect(journal.isWorking()).toBe(false)
    expect(journal.read()).toEqual([])
  })

  test.each([
    { room: 0, isWorking: false },
    { room: 16_000, isWorking: false },
    { room: 64_000, isWorking: true },
  ])('[SDK-10] with room for $room characters, it is $isWorking that any message fits', ({ room, isWorking }) => {
    expect(new Journal(textsWithRoom(room), 'me').isWorking()).toBe(isWorking)
  })

  test('[SDK-10] the question whether messages fit leaves no trace, and no text of another program is touched', () => {
    const texts = textsOfADevice()
    const journal = new Journal(texts, 'me')
    journal.write(row('a'))
    for (const key of ['', '?', 'deskbell']) texts.setItem(key, 'of another program')
    const before = contentOf(texts)
    expect(journal.isWorking()).toBe(true)
    expect(contentOf(texts)).toEqual(before)
  })

  test('[SDK-10] without a `localStorage` everything is left to the storage', () => {
    const journal = new Journal(null, 'me')
    expect([journal.write(row('a')), journal.isWorking(), journal.read()]).toEqual([false, false, []])
  })
})
