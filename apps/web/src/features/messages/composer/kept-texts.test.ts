import { messageIdSchema } from '@deskbell/contract/ids'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetNewChatDraft, keepNewChatDraft, newChatDraft, readNewChatDrafts } from '../new-chat/new-chat-draft.ts'
import { appendDraft, carryDraft, readDraft, writeDraft } from './drafts.ts'
import { type Edit, readEdit, writeEdit } from './use-editing.ts'

const place = { userId: 1, chatId: 5 }

/** Its keys are its properties, as in a browser's storage. */
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

test('[WEB-12] a draft is kept per user and chat', () => {
  writeDraft(place, 'half a sen')
  expect(readDraft(place)).toBe('half a sen')
  expect(readDraft({ userId: 2, chatId: 5 })).toBe('')
  writeDraft(place, '')
  expect(readDraft(place)).toBe('')
})

test('[WEB-26] the new text of a message is kept per user and chat, and beside the draft', () => {
  const edit: Edit = { messageId: messageIdSchema.parse(7), was: 'bevore', text: 'before' }
  writeDraft(place, 'half a sen')
  writeEdit(place, edit)
  expect(readEdit(place)).toEqual(edit)
  expect(readEdit({ userId: 2, chatId: 5 })).toBeNull()
  writeEdit(place, null)
  expect(readEdit(place)).toBeNull()
  expect(readDraft(place)).toBe('half a sen')
})

test('[WEB-15] the draft of a closed chat moves to the new one', () => {
  writeDraft({ userId: 1, chatId: 'new' }, 'first')
  writeDraft(place, 'second')
  carryDraft(place, 'new')
  expect(readDraft({ userId: 1, chatId: 'new' })).toBe('first\nsecond')
  expect(readDraft(place)).toBe('')
})

test('[WEB-12] a draft typed while a chat is created moves to it, and a refused text is appended', () => {
  writeDraft({ userId: 1, chatId: 'new' }, 'second')
  appendDraft({ userId: 1, chatId: 'new' }, 'refused')
  carryDraft({ userId: 1, chatId: 'new' }, 5)
  expect(readDraft(place)).toBe('second\nrefused')
  expect(readDraft({ userId: 1, chatId: 'new' })).toBe('')
})

test('[WEB-5] the creation of a chat is retried with the same ids after a reload', () => {
  const opening = newChatDraft(1, 'Hello')
  expect(keepNewChatDraft(1, opening)).toBe(true)
  expect(readNewChatDrafts(1)).toEqual([opening])
  expect(readNewChatDrafts(11)).toEqual([])
  forgetNewChatDraft(1, opening)
  expect(readNewChatDrafts(1)).toEqual([])
})

test('[WEB-71] first messages of two tabs go into one chat, and none replaces the other', () => {
  const first = newChatDraft(1, 'from one tab')
  keepNewChatDraft(1, first)
  const second = { ...newChatDraft(1, 'from the other'), createdAt: `${first.createdAt}1` }
  keepNewChatDraft(1, second)
  expect(second.clientChatId).toBe(first.clientChatId)
  expect(second.clientMsgId).not.toBe(first.clientMsgId)
  expect(readNewChatDrafts(1)).toEqual([first, second])
  forgetNewChatDraft(1, first)
  expect(readNewChatDrafts(1)).toEqual([second])
})

test('[WEB-71] a first message stored by an earlier version under its single key is read and removed', () => {
  const opening = newChatDraft(1, 'Hello')
  localStorage.setItem('deskbell.opening.1', JSON.stringify(opening))
  expect(readNewChatDrafts(1)).toEqual([opening])
  forgetNewChatDraft(1, opening)
  expect(readNewChatDrafts(1)).toEqual([])
})

test('[WEB-73] with full storage the tab keeps the newer draft, and the writer gets false', () => {
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

test('[WEB-12] broken or blocked storage counts as empty', () => {
  localStorage.setItem('deskbell.opening.1', '[1]')
  localStorage.setItem('deskbell.edit.1.5', '{"messageId":"7","was":"","text":""}')
  expect(readNewChatDrafts(1)).toEqual([])
  expect(readEdit(place)).toBeNull()
  vi.stubGlobal('localStorage', undefined)
  vi.stubGlobal('sessionStorage', undefined)
  expect(writeDraft(place, 'x')).toBe(false)
  expect(writeDraft(place, '')).toBe(true)
  expect(readDraft(place)).toBe('')
})

test('[WEB-12] without any storage the page itself keeps and moves drafts, up to a limit', () => {
  vi.stubGlobal('localStorage', undefined)
  vi.stubGlobal('sessionStorage', undefined)
  expect(writeDraft({ userId: 1, chatId: 'waiting' }, 'typed before the chats were known')).toBe(false)
  carryDraft({ userId: 1, chatId: 'waiting' }, 'new')
  expect(readDraft({ userId: 1, chatId: 'waiting' })).toBe('')
  expect(readDraft({ userId: 1, chatId: 'new' })).toBe('typed before the chats were known')
  for (let chatId = 100; chatId < 200; chatId += 1) writeDraft({ userId: 1, chatId }, `text ${chatId}`)
  expect(readDraft({ userId: 1, chatId: 199 })).toBe('text 199')
  expect(readDraft({ userId: 1, chatId: 100 })).toBe('')
})
