import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { AppError } from '@deskbell/contract/errors'
import { openDatabase } from '@deskbell/db/database'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore, testSecrets } from '@deskbell/testkit/fresh-core'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAppError } from './app-error.ts'
import { createCore } from './create-core.ts'
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
  ])('[HTTP-6] the SQLSTATE %s becomes the error %s', async (state, code) => {
    const error = await raise(state)
    expect(toAppError(error)).toMatchObject({ code, cause: error })
  })

  test('[HTTP-6] a send without a database is unavailable, and the same send is stored later', async () => {
    const { client, chat } = await setUpChat(fresh.core)
    const away = openDatabase({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' })
    const core = createCore({
      db: away,
      bus: createInProcessBus(),
      log: silentLogger,
      authMode: 'open',
      secrets: testSecrets(),
      files: fresh.files,
    })
    const error = await sendMessage(core, client, { chatId: chat.id, text: 'x', clientMsgId: 'away' }).catch(
      (reason) => reason,
    )
    expect(toAppError(error)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 })
    await away.close()
    // The same send is stored later, and it is no duplicate.
    expect((await sendText(fresh.core, client, { chatId: chat.id, text: 'x', clientMsgId: 'away' })).duplicate).toBe(
      false,
    )
  })

  test('[SOCK-9] an AppError stays as it is, and an unexpected error becomes internal without its text', () => {
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
