import { describe, expect, test } from 'vitest'
import { ModelDevice } from '../../testing/outbox/model-device.ts'
import { row } from '../../testing/outbox/outbox-storage-contract.ts'
import { Journal } from './journal.ts'

function textsOfADevice() {
  const texts = new ModelDevice().openTab().browser.localStorage
  if (texts === null) throw new Error('The model has a place for texts.')
  return texts
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

  test('[SDK-10] a full `localStorage` is no error: the message is left to the storage', () => {
    const full = {
      ...textsOfADevice(),
      setItem: () => {
        throw new DOMException('The quota is exceeded.', 'QuotaExceededError')
      },
    }
    const journal = new Journal(full, 'me')
    journal.write(row('a'))
    expect(journal.read()).toEqual([])
  })
})
