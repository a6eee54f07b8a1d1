import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { AppError } from '@deskbell/contract/errors'
import { openDatabase } from '@deskbell/db/database'
import { newConversation, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { silentLog } from '@deskbell/testkit/silent-log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAppError } from './app-error.ts'
import { createCore } from './context.ts'
import { sendMessage } from './messages/send-message.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore()
})
afterAll(() => fresh.drop())

describe('toAppError', () => {
  test.each([
    ['40P01', 'unavailable'],
    ['40001', 'unavailable'],
    ['55P03', 'unavailable'],
    ['57014', 'unavailable'],
    ['53300', 'unavailable'],
    ['23505', 'internal'],
    ['22P02', 'internal'],
    ['P0001', 'internal'],
  ])('[HTTP-6] the state %s of the database becomes %s', async (state, code) => {
    const error = await raise(state)
    expect(toAppError(error)).toMatchObject({ code, cause: error })
  })

  test('[HTTP-6] a database that is away is unavailable, and no item of a send is answered as final', async () => {
    const { client, chat } = await newConversation(fresh.core)
    const away = openDatabase({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' })
    const core = createCore({ db: away, bus: createInProcessBus(), log: silentLog, authMode: 'open' })
    const error = await sendMessage(core, client, { chatId: chat.id, text: 'x', clientMsgId: 'away' }).catch(
      (reason) => reason,
    )
    expect(toAppError(error)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 })
    await away.close()
    // The same send later is stored, and once.
    expect((await sendText(fresh.core, client, { chatId: chat.id, text: 'x', clientMsgId: 'away' })).duplicate).toBe(
      false,
    )
  })

  test('[SOCK-9] an error of a use case stays as it is, an unexpected one says nothing', () => {
    const expected = new AppError('chat_closed')
    expect(toAppError(expected)).toBe(expected)
    const unexpected = toAppError(new Error('secret'))
    expect(unexpected.code).toBe('internal')
    expect(unexpected.detail).not.toContain('secret')
  })
})

function raise(state: string): Promise<unknown> {
  return fresh.db.pool
    .query(`do $$ begin raise exception 'x' using errcode = '${state}'; end $$`)
    .catch((error) => error)
}
