import { expect, test } from 'vitest'
import { composerAction } from './composer-input.ts'

const modifiers = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }
const enter = { key: 'Enter', ...modifiers, isComposing: false, keyCode: 13 }
const up = { ...enter, key: 'ArrowUp', keyCode: 38 }

test('[WEB-7] Enter sends, Shift+Enter does not', () => {
  expect(composerAction(enter, 'text')).toBe('submit')
  expect(composerAction({ ...enter, shiftKey: true }, 'text')).toBe('none')
  expect(composerAction({ ...enter, key: 'a' }, 'text')).toBe('none')
  expect(composerAction({ ...enter, altKey: true }, 'text')).toBe('break')
})

test('[WEB-7] the Enter that ends the composition of a word sends nothing, in Safari too', () => {
  expect(composerAction({ ...enter, isComposing: true }, 'text')).toBe('none')
  expect(composerAction({ ...enter, keyCode: 229 }, 'text')).toBe('none')
})

test('[WEB-28] the up arrow edits the last message only in an empty composer', () => {
  expect(composerAction(up, '')).toBe('arrow-up')
  expect(composerAction(up, 'text')).toBe('none')
  expect(composerAction({ ...up, ctrlKey: true }, '')).toBe('none')
  expect(composerAction({ ...up, isComposing: true }, '')).toBe('none')
})

test('[WEB-28] Escape ends an edit, but not while it ends the composition of a word', () => {
  expect(composerAction({ ...enter, key: 'Escape', keyCode: 27 }, 'text')).toBe('escape')
  expect(composerAction({ ...enter, key: 'Escape', keyCode: 229 }, 'text')).toBe('none')
})
