import { type Message, messageSchema } from '@deskbell/contract/messages'
import { describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { Waiters } from './waiters.ts'

function message(clientMsgId: string | null): Message {
  const fixed = { id: 1, seq: 1, chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' }
  return messageSchema.parse({ ...fixed, clientMsgId, createdAt: '2026-01-01T00:00:00.000Z' })
}

const never = () => {
  throw new Error('Somebody still waits.')
}

describe('Waiters', () => {
  test('[SDK-3] all who wait for a message get it, and then nobody waits for it', async () => {
    const waiters = new Waiters()
    const waiting = [1, 2].map(() => waiters.wait('a', never, new AbortController().signal))
    void waiters.wait('b', never)
    waiters.resolve(message('other'))
    waiters.resolve(message(null))
    expect([...waiters.ids]).toEqual(['a', 'b'])
    waiters.resolve(message('a'))
    expect([...waiters.ids]).toEqual(['b'])
    expect(await Promise.all(waiting)).toEqual([message('a'), message('a')])
  })

  test('[SDK-3] a refusal reaches all who wait, once', async () => {
    const waiters = new Waiters()
    const waiting = [1, 2].map(() => waiters.wait('a', never))
    expect(waiters.reject('a', 'chat_closed')).toBe(true)
    expect(waiters.reject('a', 'chat_closed')).toBe(false)
    for (const each of waiting) await expect(each).rejects.toEqual(new SdkError('chat_closed'))
    expect(waiters.ids.size).toBe(0)
  })

  test('[SDK-12] who is aborted waits no more; with the last one nobody waits for the message', async () => {
    const waiters = new Waiters()
    const left = vi.fn<() => void>()
    const [first, second] = [new AbortController(), new AbortController()]
    const waiting = [first, second].map(({ signal }) => waiters.wait('a', left, signal))
    first.abort(new Error('first'))
    expect(left).not.toHaveBeenCalled()
    expect([...waiters.ids]).toEqual(['a'])
    second.abort(new Error('second'))
    expect(left).toHaveBeenCalledOnce()
    expect(waiters.ids.size).toBe(0)
    await expect(waiting[0]).rejects.toThrow('first')
    await expect(waiting[1]).rejects.toThrow('second')
  })

  test('[SDK-3] an abort after the outcome changes nothing', async () => {
    const waiters = new Waiters()
    const controller = new AbortController()
    const waiting = waiters.wait('a', never, controller.signal)
    waiters.resolve(message('a'))
    await waiting
    controller.abort()
    expect(await waiting).toEqual(message('a'))
  })
})
