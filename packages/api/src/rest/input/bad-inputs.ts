import type { Role } from '@deskbell/contract/users'
import { badAccountInputs } from './bad-account-inputs.ts'
import { type BadInput, bad, operator, ownChat, ownMessage, socketOnly } from './bad-input.ts'

const good = { text: 'hello', clientMsgId: 'm-1' }
const loneSurrogate = '\ud83d'
const nul = 'a\u0000b'

/** At least one case for every field of every procedure. */
export const badInputs: readonly BadInput[] = [
  ...loginCases(),
  ...createCases(),
  ...listCases(),
  ...chatIdCases(),
  ...assignCases(),
  ...markCases(),
  ...sendCases(),
  ...changeCases(),
  ...batchCases(),
  ...pagingCases(),
  ...streamCases(),
  ...otherCases(),
  ...badAccountInputs,
]

function loginCases(): BadInput[] {
  const login = { email: 'ada@example.test', name: 'Ada', role: 'client' }
  return [
    bad('users.login', 'nothing', {}),
    bad('users.login', 'no email', { name: 'Ada', role: 'client' }),
    bad('users.login', 'no name', { email: 'ada@example.test', role: 'client' }),
    bad('users.login', 'no role', { email: 'ada@example.test', name: 'Ada' }),
    bad('users.login', 'an unknown role', { ...login, role: 'admin' }),
    bad('users.login', 'a role in capitals', { ...login, role: 'Client' }),
    bad('users.login', 'an email without @', { ...login, email: 'ada' }),
    bad('users.login', 'two emails in one', { ...login, email: 'ada@example.test, eve@example.test' }),
    bad('users.login', 'an email of blanks', { ...login, email: '   ' }),
    bad('users.login', 'an email that is too long', { ...login, email: `${'a'.repeat(250)}@example.test` }),
    bad('users.login', 'an operator object for an email', { ...login, email: { $ne: null } }),
    bad('users.login', 'an email with the Kelvin sign', { ...login, email: '\u212aim@example.test' }),
    bad('users.login', 'a name of which nothing is seen', { ...login, name: '\u3164' }),
    bad('users.login', 'a name of two lines', { ...login, name: 'Ada\nLovelace' }),
    bad('users.login', 'a name that turns the text around', { ...login, name: 'Ada \u202egnp' }),
    bad('users.login', 'a name of blanks', { ...login, name: ' \t ' }),
    bad('users.login', 'a name of 121 characters', { ...login, name: 'n'.repeat(121) }),
    bad('users.login', 'a name with NUL', { ...login, name: nul }),
    bad('users.login', 'half a character in the name', { ...login, name: loneSurrogate }),
    bad('users.login', 'a number for a name', { ...login, name: 7 }),
    bad('users.login', 'a list for a name', { ...login, name: ['Ada'] }),
    bad('users.login', 'an unknown field', { ...login, admin: true }),
    bad('users.login', 'a password', { ...login, password: 'secret' }),
  ]
}

function createCases(): BadInput[] {
  const user = { email: 'ada@example.test', name: 'Ada' }
  const byOperator = (name: string, input: unknown) => operator(bad('chats.create', name, input))
  return [
    bad('chats.create', 'an email from a client', { email: 'ada@example.test' }),
    bad('chats.create', 'a name from a client', { name: 'Ada' }),
    bad('chats.create', 'an empty clientChatId', { clientChatId: '' }),
    bad('chats.create', 'a clientChatId of 256 characters', { clientChatId: 'c'.repeat(256) }),
    bad('chats.create', 'a clientChatId with NUL', { clientChatId: nul }),
    bad('chats.create', 'a number for a clientChatId', { clientChatId: 7 }),
    bad('chats.create', 'null for a clientChatId', { clientChatId: null }),
    bad('chats.create', 'an unknown field', { status: 'closed' }),
    socketOnly(bad('chats.create', 'a hostile field', JSON.parse('{"__proto__":{"role":"operator"}}'))),
    byOperator('nobody from an operator', {}),
    byOperator('no name from an operator', { email: user.email }),
    byOperator('no email from an operator', { name: user.name }),
    byOperator('a broken email from an operator', { ...user, email: 'x@' }),
    byOperator('an email with the Kelvin sign', { ...user, email: '\u212aim@example.test' }),
    byOperator('a name of which nothing is seen', { ...user, name: '\u200b' }),
    byOperator('a name with an escape character', { ...user, name: 'Ada\u001b[31m' }),
    byOperator('an operatorId from an operator', { ...user, operatorId: 1 }),
  ]
}

function listCases(): BadInput[] {
  return [
    bad('chats.list', 'limit 0', { limit: 0 }),
    bad('chats.list', 'limit 101', { limit: 101 }),
    bad('chats.list', 'a negative limit', { limit: -1 }),
    bad('chats.list', 'half a limit', { limit: 1.5 }),
    bad('chats.list', 'a word for a limit', { limit: 'ten' }),
    socketOnly(bad('chats.list', 'a number as text', { limit: '10' })),
    bad('chats.list', 'an unknown status', { status: 'archived' }),
    bad('chats.list', 'an empty status', { status: '' }),
    operator(bad('chats.list', 'an unknown scope', { scope: 'team' })),
    bad('chats.list', 'a scope of operators from a client', { scope: 'mine' }),
    operator(bad('chats.list', 'an unknown order', { sort: 'name' })),
    bad('chats.list', 'an order of operators from a client', { sort: 'waiting' }),
    bad('chats.list', 'a cursor that nobody gave', { cursor: 'abc' }),
    bad('chats.list', 'an empty cursor', { cursor: '' }),
    bad('chats.list', 'a cursor of SQL', { cursor: "'; select pg_sleep(5); --" }),
    bad('chats.list', 'a cursor that is too long', { cursor: 'c'.repeat(201) }),
    bad('chats.list', 'an unknown field', { order: 'asc' }),
  ]
}

function chatIdCases(): BadInput[] {
  const ids: [string, unknown][] = [
    ['0', 0],
    ['-1', -1],
    ['1.5', 1.5],
    ['2^53', 2 ** 53],
    ['a word', 'abc'],
    ['SQL', '1; drop table chats'],
  ]
  const byProcedure = (procedure: string, rest: object, as: Role) =>
    ids.map(([name, chatId]) => ({ ...bad(procedure, `the chat id ${name}`, { chatId, ...rest }), as }))
  return [
    ...byProcedure('chats.get', {}, 'client'),
    ...byProcedure('chats.close', {}, 'operator'),
    ...byProcedure('chats.reopen', {}, 'operator'),
    ...byProcedure('chats.release', {}, 'operator'),
    ...byProcedure('chats.noReply', {}, 'operator'),
    ...byProcedure('messages.send', good, 'client'),
    socketOnly(bad('chats.get', 'a chat id as text', { chatId: '7' })),
    socketOnly(bad('chats.get', 'no chat id', {})),
    bad('chats.get', 'an unknown field', { chatId: ownChat, full: true }),
    operator(bad('chats.close', 'an unknown field', { chatId: ownChat, seq: 3 })),
    operator(bad('chats.close', 'a negative ifSeq', { chatId: ownChat, ifSeq: -1 })),
    operator(bad('chats.close', 'half an ifSeq', { chatId: ownChat, ifSeq: 0.5 })),
    operator(bad('chats.close', 'an ifSeq as text', { chatId: ownChat, ifSeq: '1' })),
    operator(bad('chats.close', 'null for an ifSeq', { chatId: ownChat, ifSeq: null })),
    operator(bad('chats.noReply', 'an unknown field', { chatId: ownChat, seq: 3 })),
    operator(bad('chats.noReply', 'a negative ifSeq', { chatId: ownChat, ifSeq: -1 })),
    operator(bad('chats.reopen', 'an unknown field', { chatId: ownChat, ifSeq: 3 })),
    operator(bad('chats.release', 'an unknown field', { chatId: ownChat, to: 3 })),
  ]
}

function assignCases(): BadInput[] {
  const assign = (name: string, fields: object) =>
    operator(bad('chats.assignOperator', name, { chatId: ownChat, ...fields }))
  return [
    assign('an operator id of 0', { operatorId: 0 }),
    assign('an operator id as text', { operatorId: '3' }),
    assign('null for an operator id', { operatorId: null }),
    assign('a word for takeOver', { takeOver: 'yes' }),
    assign('1 for takeOver', { takeOver: 1 }),
    assign('an unknown field', { force: true }),
  ]
}

function markCases(): BadInput[] {
  const marks = (procedure: string) => {
    const mark = (name: string, fields: object) => bad(procedure, name, { chatId: ownChat, ...fields })
    return [
      mark('no seq', {}),
      mark('a negative seq', { seq: -1 }),
      mark('half a seq', { seq: 0.5 }),
      mark('a seq as text', { seq: '1' }),
      mark('a seq of 2^53', { seq: 2 ** 53 }),
      mark('an unknown field', { seq: 1, deliveredSeq: 1 }),
    ]
  }
  return [...marks('chats.markRead'), ...marks('chats.markDelivered')]
}

function sendCases(): BadInput[] {
  const send = (name: string, fields: object) => bad('messages.send', name, { chatId: ownChat, ...good, ...fields })
  return [
    bad('messages.send', 'nothing', { chatId: ownChat }),
    bad('messages.send', 'no clientMsgId', { chatId: ownChat, text: 'hello' }),
    bad('messages.send', 'no text', { chatId: ownChat, clientMsgId: 'm-1' }),
    send('an empty text', { text: '' }),
    send('a text of blanks and line ends', { text: ' \r\n\t ' }),
    send('a text of which nothing is seen', { text: '\u200b\u2060' }),
    send('a text of 16,385 bytes', { text: 'x'.repeat(16_385) }),
    send('a text of 16,386 bytes in two-byte letters', { text: 'é'.repeat(8_193) }),
    send('a text with NUL', { text: nul }),
    send('a text with an escape character', { text: 'a\u001b[31m' }),
    send('a text with a C1 control character', { text: 'a\u0085b' }),
    send('half a character', { text: `a${loneSurrogate}` }),
    send('an object for a text', { text: { $gt: '' } }),
    send('a number for a text', { text: 5 }),
    send('null for a text', { text: null }),
    send('an empty clientMsgId', { clientMsgId: '' }),
    send('a clientMsgId of 256 characters', { clientMsgId: 'm'.repeat(256) }),
    send('a clientMsgId with NUL', { clientMsgId: nul }),
    send('half a character in the clientMsgId', { clientMsgId: loneSurrogate }),
    send('a place of its own', { seq: 1 }),
    send('another sender', { userId: 1 }),
    send('a type of its own', { type: 'image' }),
    send('a time of its own', { createdAt: '2020-01-01T00:00:00.000Z' }),
  ]
}

function changeCases(): BadInput[] {
  const edit = (name: string, fields: object) =>
    bad('messages.edit', name, { chatId: ownChat, messageId: ownMessage, text: 'hello', ...fields })
  const retract = (name: string, fields: object) =>
    bad('messages.retract', name, { chatId: ownChat, messageId: ownMessage, ...fields })
  return [
    bad('messages.edit', 'no text', { chatId: ownChat, messageId: ownMessage }),
    edit('an empty text', { text: '' }),
    edit('a text of blanks', { text: ' \n ' }),
    edit('a text of which nothing is seen', { text: '\u3164' }),
    edit('a text of 16,385 bytes', { text: 'x'.repeat(16_385) }),
    edit('a text with NUL', { text: nul }),
    edit('half a character', { text: loneSurrogate }),
    edit('null for a text', { text: null }),
    edit('a message id of 0', { messageId: 0 }),
    edit('a word for a message id', { messageId: 'last' }),
    edit('a message id of 2^53', { messageId: 2 ** 53 }),
    edit('the chat id 0', { chatId: 0, messageId: 1 }),
    edit('an id of a send', { clientMsgId: 'm-1' }),
    retract('a negative message id', { messageId: -1 }),
    retract('half a message id', { messageId: 1.5 }),
    retract('a word for a chat id', { chatId: 'abc', messageId: 1 }),
    retract('a text', { text: '' }),
    socketOnly(retract('a message id as text', { messageId: '7' })),
    socketOnly(bad('messages.retract', 'no message id', { chatId: ownChat })),
  ]
}

function batchCases(): BadInput[] {
  const batch = (name: string, items: unknown) => bad('messages.sendBatch', name, { chatId: ownChat, items })
  return [
    batch('no items', []),
    batch(
      '21 items',
      Array.from({ length: 21 }, (_, nth) => ({ text: 'x', clientMsgId: `${nth}` })),
    ),
    batch('one good and one bad item', [good, { text: '', clientMsgId: 'm-2' }]),
    batch('an unknown field in an item', [{ ...good, seq: 1 }]),
    batch('an object for the items', { 0: good }),
  ]
}

function pagingCases(): BadInput[] {
  const list = (name: string, fields: object) => bad('messages.list', name, { chatId: ownChat, ...fields })
  const page = (name: string, fields: object) => bad('chats.page', name, { chatId: ownChat, ...fields })
  return [
    list('limit 0', { limit: 0 }),
    list('limit 201', { limit: 201 }),
    list('a negative bound', { beforeId: -1 }),
    list('half a bound', { afterId: 1.5 }),
    list('a word for a bound', { afterId: 'first' }),
    list('a bound of 2^53', { beforeId: 2 ** 53 }),
    list('an unknown field', { offset: 10 }),
    page('beforeSeq 0', { beforeSeq: 0 }),
    page('limit 201', { limit: 201 }),
    page('a word for a limit', { limit: 'all' }),
    page('an unknown field', { afterSeq: 1 }),
  ]
}

function streamCases(): BadInput[] {
  return [
    bad('chats.typing', 'no chat', {}),
    bad('chats.typing', 'the chat id 0', { chatId: 0 }),
    bad('chats.typing', 'a text', { chatId: ownChat, text: 'hel' }),
    bad('chats.events', 'no chat', {}),
    bad('chats.events', 'a word for a chat', { chatId: 'abc' }),
    bad('chats.events', 'a number for a cursor', { chatId: ownChat, cursor: 7 }),
    bad('chats.events', 'an empty cursor', { chatId: ownChat, cursor: '' }),
    bad('chats.events', 'a cursor that is too long', { chatId: ownChat, lastEventId: 'c'.repeat(201) }),
    bad('chats.events', 'an unknown field', { chatId: ownChat, since: 1 }),
    bad('inbox.events', 'a number for a cursor', { lastEventId: 7 }),
    bad('inbox.events', 'an unknown field', { scope: 'mine' }),
  ]
}

function otherCases(): BadInput[] {
  return [
    bad('users.me', 'an unknown field', { id: 1 }),
    bad('users.logout', 'an unknown field', { all: true }),
    operator(bad('users.online', 'no user', { userIds: [] })),
    operator(bad('users.online', 'a word for a user', { userIds: ['1'] })),
    operator(bad('users.online', 'too many users', { userIds: Array.from({ length: 101 }, (_, id) => id + 1) })),
    operator(bad('users.online', 'an unknown field', { userIds: [1], since: 1 })),
    socketOnly(bad('users.login', 'a list', [])),
    socketOnly(bad('users.login', 'null', null)),
    socketOnly(bad('chats.list', 'a word', 'all')),
    socketOnly(bad('messages.send', 'a number', 7)),
  ]
}
