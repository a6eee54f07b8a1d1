import type { Chat } from '@deskbell/contract/chats'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { describe, expectTypeOf, test } from 'vitest'
import type { ChatFollower, ConnectionState, InboxFollower, Sdk, Store, Timeline } from './index.ts'
import { createSdk } from './index.ts'

/** Never called, only compiled. */
function wrongCalls(sdk: Sdk, chatId: ChatId): unknown[] {
  return [
    // @ts-expect-error a plain number is not the id of a chat
    sdk.follow(1),
    // @ts-expect-error the server has no such procedure
    sdk.api.chats.destroy,
    // @ts-expect-error closing is a mutation
    sdk.api.chats.close.query,
    // @ts-expect-error entries cannot be changed in place
    sdk.follow(chatId).getSnapshot().entries.push,
    // @ts-expect-error an address is needed
    createSdk({}),
  ]
}

describe('the types of the sdk', () => {
  test('[SDK-1] calls have the types of the contract', () => {
    expectTypeOf(wrongCalls).toBeFunction()
    expectTypeOf<Sdk['send']>().returns.resolves.toEqualTypeOf<Message>()
    expectTypeOf<ReturnType<Sdk['api']['chats']['get']['query']>>().resolves.toEqualTypeOf<{ chat: Chat }>()
    expectTypeOf<Sdk['connection']>().toEqualTypeOf<Store<ConnectionState>>()
    expectTypeOf<Timeline['entries']>().toEqualTypeOf<readonly LogEntry[]>()
    expectTypeOf<ChatFollower>().toExtend<Store<Timeline>>()
    expectTypeOf<InboxFollower['put']>().parameter(0).toEqualTypeOf<readonly Chat[]>()
  })
})
