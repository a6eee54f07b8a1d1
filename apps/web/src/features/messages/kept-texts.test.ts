import { messageIdSchema } from '@deskbell/contract/ids'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { appendDraft, carryDraft, readDraft, writeDraft } from './drafts.ts'
import { type Edit, readEdit, writeEdit } from './edit-drafts.ts'
import { type LeftUnsent, moveLeftUnsent } from './left-unsent.ts'
import { newOpening, readOpening, writeOpening } from './opening.ts'

const place = { userId: 1, chatId: 5 }

function moved(): LeftUnsent[] {
  const sent: LeftUnsent[] = []
  moveLeftUnsent(place, (left) => sent.push(left))
  return sent
}

beforeEach(() => {
  const stored = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('[WEB-12] a draft is kept per person and chat', () => {
  writeDraft(place, 'half a sen')
  expect(readDraft(place)).toBe('half a sen')
  expect(readDraft({ userId: 2, chatId: 5 })).toBe('')
  writeDraft(place, '')
  expect(readDraft(place)).toBe('')
})

test('[WEB-26] the new text of a message is kept per person and chat, and beside the draft', () => {
  const edit: Edit = { messageId: messageIdSchema.parse(7), was: 'bevore', text: 'before' }
  writeDraft(place, 'half a sen')
  writeEdit(place, edit)
  expect(readEdit(place)).toEqual(edit)
  expect(readEdit({ userId: 2, chatId: 5 })).toBeNull()
  writeEdit(place, null)
  expect(readEdit(place)).toBeNull()
  expect(readDraft(place)).toBe('half a sen')
})

test('[WEB-15] what was typed for a closed chat goes on in the new one', () => {
  writeDraft({ userId: 1, chatId: 'new' }, 'first')
  writeDraft(place, 'second')
  carryDraft(place, 'new')
  expect(readDraft({ userId: 1, chatId: 'new' })).toBe('first\nsecond')
  expect(readDraft(place)).toBe('')
})

test('[WEB-12] what was typed while a chat was being made goes on in it, and a refused text joins it', () => {
  writeDraft({ userId: 1, chatId: 'new' }, 'second')
  appendDraft({ userId: 1, chatId: 'new' }, 'refused')
  carryDraft({ userId: 1, chatId: 'new' }, 5)
  expect(readDraft(place)).toBe('second\nrefused')
  expect(readDraft({ userId: 1, chatId: 'new' })).toBe('')
})

test('[WEB-25] what an earlier version of the page kept unsent goes into the outbox once, with its id', () => {
  const left = [
    { clientMsgId: 'a', text: 'one' },
    { clientMsgId: 'b', text: 'two' },
  ]
  localStorage.setItem('deskbell.unsent.1.5', JSON.stringify([...left, { text: 'broken' }]))
  expect(moved()).toEqual(left)
  expect(moved()).toEqual([])
  expect(localStorage.getItem('deskbell.unsent.1.5')).toBeNull()
})

test('[WEB-5] a chat in the making is repeated with the same ids after a reload', () => {
  const opening = newOpening('Hello')
  writeOpening(1, opening)
  expect(readOpening(1)).toEqual(opening)
  writeOpening(1, null)
  expect(readOpening(1)).toBeNull()
})

test('[WEB-12] broken or blocked storage costs nothing but the memory', () => {
  localStorage.setItem('deskbell.unsent.1.5', '{"x":')
  localStorage.setItem('deskbell.opening.1', '[1]')
  localStorage.setItem('deskbell.edit.1.5', '{"messageId":"7","was":"","text":""}')
  expect(moved()).toEqual([])
  expect(readOpening(1)).toBeNull()
  expect(readEdit(place)).toBeNull()
  vi.stubGlobal('localStorage', undefined)
  expect(() => writeDraft(place, 'x')).not.toThrow()
  expect(readDraft(place)).toBe('')
})
