import { expect, test } from 'vitest'
import { placeByTyping, typedNext } from './keys.ts'

const names = ['Anna', 'Олег', 'anton', 'Ольга', 'Bea']

test.each([
  ['a', 0, 2],
  ['a', 2, 0],
  ['ant', 0, 2],
  ['an', 0, 0],
  ['ол', 0, 1],
  ['оль', 1, 3],
  ['О', 3, 1],
  ['x', 0, -1],
])('[WEB-55] typing %j at row %i leads to row %i', (text, from, place) => {
  expect(placeByTyping(names, { text, from })).toBe(place)
})

test('[WEB-55] letters form a word until there is a pause, and keys that type nothing are ignored', () => {
  const key = { ctrlKey: false, metaKey: false, altKey: false, isComposing: false }
  const first = typedNext({ text: '', at: 0 }, { ...key, key: 'a', timeStamp: 5_000 })
  expect(first).toEqual({ text: 'a', at: 5_000 })
  expect(typedNext(first ?? { text: '', at: 0 }, { ...key, key: ' ', timeStamp: 5_100 })?.text).toBe('a ')
  expect(typedNext(first ?? { text: '', at: 0 }, { ...key, key: 'b', timeStamp: 9_000 })?.text).toBe('b')
  for (const pressed of [
    { ...key, key: ' ' },
    { ...key, key: 'Enter' },
    { ...key, key: 'a', ctrlKey: true },
    { ...key, key: 'a', isComposing: true },
  ])
    expect(typedNext({ text: '', at: 0 }, { ...pressed, timeStamp: 1 })).toBeNull()
})
