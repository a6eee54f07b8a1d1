import { messageIdSchema } from '@deskbell/contract/ids'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { appendDraft, carryDraft, readDraft, writeDraft } from './drafts.ts'
import { type Edit, readEdit, writeEdit } from './edit-drafts.ts'
import { type LeftUnsent, moveLeftUnsent } from './left-unsent.ts'
import { forgetOpening, keepOpening, newOpening, readOpenings } from './opening.ts'

const place = { userId: 1, chatId: 5 }

function moved(): LeftUnsent[] {
  const sent: LeftUnsent[] = []
  moveLeftUnsent(place, (left) => sent.push(left))
  return sent
}

/** Its keys are its properties, as those of a browser's storage are. */
class FakeStorage {
  [key: string]: unknown
  getItem(key: string): string | null {
    const value = Object.hasOwn(this, key) ? this[key] : null
    return typeof value === 'string' ? value : null
  }
  setItem(key: string, value: string): void {
    this[key] = value
  }
  removeItem(key: string): void {
    delete this[key]
  }
}

function fill(storage: FakeStorage): void {
  Object.defineProperty(storage, 'setItem', {
    enumerable: false,
    value: () => {
      throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
    },
  })
}

beforeEach(() => {
  vi.stubGlobal('localStorage', new FakeStorage())
  vi.stubGlobal('sessionStorage', new FakeStorage())
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
  const opening = newOpening(1, 'Hello')
  expect(keepOpening(1, opening)).toBe(true)
  expect(readOpenings(1)).toEqual([opening])
  expect(readOpenings(11)).toEqual([])
  forgetOpening(1, opening)
  expect(readOpenings(1)).toEqual([])
})

test('[WEB-71] first messages of two tabs go into one chat, and none takes the place of the other', () => {
  const first = newOpening(1, 'from one tab')
  keepOpening(1, first)
  const second = { ...newOpening(1, 'from the other'), createdAt: `${first.createdAt}1` }
  keepOpening(1, second)
  expect(second.clientChatId).toBe(first.clientChatId)
  expect(second.clientMsgId).not.toBe(first.clientMsgId)
  expect(readOpenings(1)).toEqual([first, second])
  forgetOpening(1, first)
  expect(readOpenings(1)).toEqual([second])
})

test('[WEB-71] what an earlier version of the page kept in its one place is made too', () => {
  const opening = newOpening(1, 'Hello')
  localStorage.setItem('deskbell.opening.1', JSON.stringify(opening))
  expect(readOpenings(1)).toEqual([opening])
  forgetOpening(1, opening)
  expect(readOpenings(1)).toEqual([])
})

test('[WEB-73] with a full storage a draft is kept by the tab, newer than what stood there, and whoever writes is told', () => {
  const full = new FakeStorage()
  vi.stubGlobal('localStorage', full)
  expect(writeDraft(place, 'half')).toBe(true)
  fill(full)
  expect(writeDraft(place, 'half a sentence')).toBe(false)
  expect(readDraft(place)).toBe('half a sentence')
  vi.stubGlobal('localStorage', new FakeStorage())
  expect(writeDraft(place, 'half a sentence, then room')).toBe(true)
  expect(sessionStorage.getItem('deskbell.draft.1.5')).toBeNull()
})

test('[WEB-12] broken or blocked storage costs nothing but the memory', () => {
  localStorage.setItem('deskbell.unsent.1.5', '{"x":')
  localStorage.setItem('deskbell.opening.1', '[1]')
  localStorage.setItem('deskbell.edit.1.5', '{"messageId":"7","was":"","text":""}')
  expect(moved()).toEqual([])
  expect(readOpenings(1)).toEqual([])
  expect(readEdit(place)).toBeNull()
  vi.stubGlobal('localStorage', undefined)
  vi.stubGlobal('sessionStorage', undefined)
  expect(() => writeDraft(place, 'x')).not.toThrow()
  expect(readDraft(place)).toBe('')
})
