/** The examples in the document. A test checks each of them against its schema. */

const user = {
  id: 7,
  email: 'ada@example.com',
  name: 'Ada',
  role: 'client',
  access: null,
  avatarUrl: null,
  createdAt: '2026-11-22T09:30:00.000Z',
}

const message = {
  id: 90,
  chatId: 12,
  seq: 1,
  userId: 7,
  direction: 'in',
  type: 'text',
  text: 'Hello, is anybody there?',
  attachments: [],
  status: 'new',
  clientMsgId: '0198c6f2-5b1e-7c3a-9d2e-6f1b2a3c4d5e',
  createdAt: '2026-11-22T09:31:00.000Z',
}

const chat = {
  id: 12,
  status: 'open',
  client: { id: 7, name: 'Ada', email: 'ada@example.com', verified: false, avatarUrl: null },
  operator: null,
  lastMessageAt: message.createdAt,
  lastMessage: { id: 90, text: message.text, direction: 'in', createdAt: message.createdAt },
  unread: 1,
  lastSeq: 1,
  rev: 2,
  createdAt: '2026-11-22T09:30:30.000Z',
  closedAt: null,
  waitingSince: message.createdAt,
}

const edited = { ...message, text: 'Hello! Is anybody there?' }

const assigned = { ...chat, operator: { id: 3, name: 'Grace', avatarUrl: '/avatars/3?v=9f86d081' }, lastSeq: 2, rev: 3 }

const closed = { status: 'closed', closedAt: '2026-11-22T09:40:00.000Z', waitingSince: null }

const session = { id: 41, createdAt: '2026-11-22T09:30:00.000Z', lastSeenAt: '2026-11-22T10:12:00.000Z', current: true }

const operator = {
  id: 3,
  name: 'Grace',
  email: 'grace@example.com',
  avatarUrl: '/avatars/3?v=9f86d081',
  access: 'operator',
  disabled: false,
  lastSeenAt: null,
}

const admin = {
  user: { ...user, id: 3, email: 'grace@example.com', name: 'Grace', role: 'operator', access: 'admin' },
  token: 'dbs_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE',
  expiresAt: '2026-12-22T09:30:00.000Z',
}

const apiKey = { id: 2, name: 'Shop', scopes: ['send'], createdAt: '2026-11-22T09:30:00.000Z', lastUsedAt: null }

const identityKey = { kid: 'Y2hhdA7xkQ0TbR3v', alg: 'HS256', createdAt: '2026-11-22T09:30:00.000Z' }
const passkey = {
  id: 'AZ3n1cQm0h8',
  name: 'Laptop',
  createdAt: '2026-11-22T09:30:00.000Z',
  lastUsedAt: null,
}

const challenge = 'q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE5Jx1'
const assertion = '{"id":"AZ3n1cQm0h8","rawId":"AZ3n1cQm0h8","type":"public-key","response":{}}'
const recoveryCodes = ['7q2m-x0ka-9ttb-e4wz', 'n1sd-83hv-pr6c-y5gj']

const linkToken = 'dbl_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE'
const password = 'violet otter kayak 71'

export const inputExamples: Record<string, unknown> = {
  'users.login': { email: 'ada@example.com', name: 'Ada', role: 'client' },
  'auth.guest': { name: 'Ada' },
  'auth.setUp': { token: linkToken, email: 'grace@example.com', name: 'Grace', password },
  'auth.signIn': { email: 'grace@example.com', password },
  'auth.accept': { token: linkToken, name: 'Grace', password },
  'auth.secondFactor': { challenge, method: 'totp', code: '492039' },
  'auth.passkeyOptions': {},
  'auth.passkeySignIn': { assertion },
  'auth.prove': { method: 'password', code: password },
  'auth.addPasskey': { name: 'Laptop', credential: assertion },
  'auth.renamePasskey': { name: 'Laptop' },
  'auth.confirmTotp': { code: '492039' },
  'auth.changePassword': { current: password, password: 'copper lantern 48 swims' },
  'auth.forgotPassword': { email: 'grace@example.com' },
  'auth.resetPassword': { token: 'dbl_Yk3q-0c9bDkZ1m5t7w8x2v4u6s1r0q3p5o7n9m2l4k6', password },
  'operators.invite': { email: 'grace@example.com', access: 'operator' },
  'operators.setAccess': { access: 'admin' },
  'keys.create': { name: 'Shop', scopes: ['send'] },
  'identityKeys.create': { alg: 'HS256' },
  'audit.export': { format: 'csv', action: 'keys.create', from: '2026-11-01T00:00:00Z' },
  'auth.identify': { identity: 'eyJhbGciOiJIUzI1NiIsImtpZCI6IlkyaGhkQSJ9.eyJzdWIiOiI0MiJ9.2m0Xk3yq' },
  'chats.create': { clientChatId: '0198c6f2-0000-7000-8000-000000000001' },
  'chats.close': { ifSeq: 2 },
  'chats.noReply': { ifSeq: 2 },
  'chats.assignOperator': { takeOver: true },
  'chats.markRead': { seq: 1 },
  'messages.send': { text: message.text, clientMsgId: message.clientMsgId },
  'messages.edit': { text: edited.text },
}

export const outputExamples: Record<string, unknown> = {
  'users.login': { user, token: 'dbs_5V0mTn3Yk2', expiresAt: '2026-12-22T09:30:00.000Z' },
  'users.me': { user },
  'auth.guest': {
    user: { ...user, id: 8, email: null, name: 'Guest 4821' },
    token: 'dbs_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE',
    expiresAt: '2026-12-22T09:30:00.000Z',
  },
  'auth.sessions': { items: [session] },
  'auth.setUp': admin,
  'auth.signIn': admin,
  'auth.accept': admin,
  'auth.secondFactor': admin,
  'auth.passkeyOptions': { options: { challenge, rpId: 'chat.example.com', userVerification: 'required' } },
  'auth.passkeySignIn': admin,
  'auth.prove': { provedUntil: '2026-11-22T09:45:00.000Z' },
  'auth.factors': { passkeys: [passkey], totp: true, recoveryCodes: 10, provedUntil: '2026-11-22T09:45:00.000Z' },
  'auth.beginPasskey': { options: { challenge, rp: { name: 'Deskbell', id: 'chat.example.com' } } },
  'auth.addPasskey': { passkey, recoveryCodes },
  'auth.renamePasskey': { passkey },
  'auth.beginTotp': {
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Deskbell:grace%40example.com?issuer=Deskbell&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  },
  'auth.confirmTotp': { recoveryCodes },
  'auth.newRecoveryCodes': { recoveryCodes },
  'operators.list': { items: [operator] },
  'keys.create': { key: apiKey, secret: 'dbk_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE' },
  'keys.list': { items: [apiKey] },
  'identityKeys.create': { kid: identityKey.kid, secret: 'dbi_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE' },
  'identityKeys.list': { items: [identityKey] },
  'auth.identify': {
    user: { ...user, id: 9 },
    token: 'dbs_5Jx1q0G7mW3o9cVtYbN2eK8rZsLhD4uPfA6iTgXwQjE',
    expiresAt: '2026-11-22T10:30:00.000Z',
  },
  'audit.list': {
    items: [
      {
        id: 1,
        at: '2026-11-22T09:30:00.000Z',
        actor: { id: 3, name: 'Grace' },
        action: 'operators.invite',
        target: 'ada@example.com',
        address: '203.0.113.7',
      },
    ],
    nextCursor: null,
  },
  'audit.export': { cursor: '2' },
  'operators.invite': {
    invitation: { id: 1, email: 'grace@example.com', access: 'operator', expiresAt: '2026-11-29T09:30:00.000Z' },
    link: `https://chat.example.com/invitation#${linkToken}`,
  },
  'operators.disable': { operator: { ...operator, disabled: true } },
  'operators.enable': { operator },
  'operators.resetPassword': {
    link: 'https://chat.example.com/reset#dbl_Yk3q-0c9bDkZ1m5t7w8x2v4u6s1r0q3p5o7n9m2l4k6',
    expiresAt: '2026-03-01T11:00:00.000Z',
  },
  'operators.setAccess': { operator: { ...operator, access: 'admin' } },
  'operators.removeFactors': { operator },
  'chats.create': {
    chat: { ...chat, lastMessageAt: null, lastMessage: null, unread: 0, lastSeq: 0, rev: 1, waitingSince: null },
  },
  'chats.list': { items: [chat], nextCursor: null },
  'chats.get': { chat },
  'chats.close': { chat: { ...assigned, ...closed, lastSeq: 3, rev: 4 } },
  'chats.reopen': { chat: { ...assigned, lastSeq: 4, rev: 5 } },
  'chats.assignOperator': { chat: assigned },
  'chats.release': { chat: { ...assigned, operator: null, lastSeq: 3, rev: 4 } },
  'chats.noReply': { chat: { ...assigned, rev: 4, waitingSince: null } },
  'messages.send': { message, duplicate: false },
  'messages.list': { items: [message], hasMore: false },
  'messages.edit': { message: edited },
  'messages.retract': { message: { ...message, text: '' } },
}
