import type { Hint } from '@deskbell/bus/bus'
import { newChat, sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { expect, test } from 'vitest'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'

test('[LIVE-7] a change whose commit fails publishes no hint', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const hints: Hint[] = []
  core.bus.subscribe((hint) => hints.push(hint))
  // The trigger is deferred, so all statements of a transaction succeed and only its commit fails.
  await db.pool.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
    create constraint trigger refuse after insert on feed deferrable initially deferred
      for each row execute function refuse()`)
  const changes = [
    () => newChat(core, client),
    () => sendText(core, client, { chatId: chat.id }),
    () => assignOperator(core, operator, { chatId: chat.id }),
    () => closeChat(core, operator, { chatId: chat.id }),
  ]
  for (const change of changes) await expect(change()).rejects.toThrow()
  expect(hints).toEqual([])
})
