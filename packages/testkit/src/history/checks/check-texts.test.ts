import { describe, expect, test } from 'vitest'
import { checkTexts, type StoredTexts } from './check-texts.ts'

const edited = (seq: number, text: string) => ({ seq, kind: 'edited', messageId: 7, text })
const retracted = (seq: number) => ({ seq, kind: 'retracted', messageId: 7, text: null })
const kept = (...seqs: number[]) => seqs.map((seq) => ({ messageId: 7, seq }))

const good: StoredTexts = {
  messages: [{ id: 7, text: 'b' }],
  changes: [edited(2, 'a'), edited(3, 'b')],
  revisions: kept(2, 3),
}
const gone: StoredTexts = {
  messages: [{ id: 7, text: '' }],
  changes: [edited(2, ''), retracted(3)],
  revisions: kept(2, 3),
}

describe('checkTexts', () => {
  test('[MSG-14] [MSG-15] finds nothing in correct texts', () => {
    expect(checkTexts(good)).toEqual([])
    expect(checkTexts(gone)).toEqual([])
  })

  test.each<[string, StoredTexts, RegExp]>([
    ['an edit that is not there', { ...good, messages: [{ id: 7, text: 'a' }] }, /edit at 3/],
    ['a retracted text', { ...gone, messages: [{ id: 7, text: 'b' }] }, /has a text/],
    ['an edit that still speaks', { ...gone, changes: [edited(2, 'a'), retracted(3)] }, /edit at 2 is not/],
    ['a change after the retraction', { ...gone, changes: [retracted(2), edited(3, '')] }, /after its retraction at 2/],
    ['a text that was not kept', { ...good, revisions: kept(2) }, /keeps texts of 2/],
  ])('[MSG-14] [MSG-15] [MSG-17] finds %s', (_name, texts, sentence) => {
    expect(checkTexts(texts)).toContainEqual(expect.stringMatching(sentence))
  })
})
