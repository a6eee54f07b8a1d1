import { type BadInput, bad, operator } from './bad-input.ts'

/** Of calls about accounts, keys and identities. */
export const badAccountInputs: readonly BadInput[] = [...signInCases(), ...factorCases(), ...manageCases()]

function signInCases(): BadInput[] {
  return [
    bad('auth.guest', 'an empty name', { name: '' }),
    bad('auth.guest', 'a name of 121 characters', { name: 'n'.repeat(121) }),
    bad('auth.guest', 'the name of the product', { name: 'Deskbell' }),
    bad('auth.guest', 'null for a name', { name: null }),
    bad('auth.guest', 'an email', { name: 'Ada', email: 'ada@example.test' }),
    bad('auth.guest', 'a sign of being verified', { verified: true }),
    bad('auth.setUp', 'nothing', {}),
    bad('auth.setUp', 'no token', { email: 'ada@example.test', name: 'Ada', password: 'violet otter kayak' }),
    bad('auth.setUp', 'a short password', { token: 't', email: 'ada@example.test', name: 'Ada', password: 'short' }),
    bad('auth.signIn', 'nothing', {}),
    bad('auth.signIn', 'an operator object for a password', { email: 'ada@example.test', password: { $ne: null } }),
    bad('auth.signIn', 'an empty password', { email: 'ada@example.test', password: '' }),
    bad('auth.signIn', 'a password of 257 characters', { email: 'ada@example.test', password: 'p'.repeat(257) }),
    bad('auth.signIn', 'a role', { email: 'ada@example.test', password: 'p', role: 'admin' }),
    bad('auth.accept', 'nothing', {}),
    bad('auth.accept', 'another address', {
      token: 't',
      name: 'Ada',
      password: 'violet otter kayak',
      email: 'a@b.test',
    }),
    operator(bad('auth.changePassword', 'nothing', {})),
    operator(bad('auth.changePassword', 'a short password', { current: 'p', password: 'short' })),
    bad('auth.identify', 'nothing', {}),
    bad('auth.identify', 'an object for an identity', { identity: { sub: '1' } }),
    bad('auth.identify', 'a role', { identity: 'a.b.c', role: 'operator' }),
    bad('auth.forgotPassword', 'nothing', {}),
    bad('auth.forgotPassword', 'two addresses', { email: 'ada@example.test, grace@example.test' }),
    bad('auth.forgotPassword', 'another language', { email: 'ada@example.test', language: 'xx' }),
    bad('auth.resetPassword', 'no password', { token: 't' }),
    bad('auth.resetPassword', 'a short password', { token: 't', password: 'short' }),
    bad('auth.resetPassword', 'an empty token', { token: '', password: 'violet otter kayak 71' }),
    bad('auth.sessions', 'an unknown field', { userId: 1 }),
    bad('auth.endSession', 'nothing', {}),
    bad('auth.endSession', 'a word for a session', { sessionId: 'all' }),
    bad('auth.endSession', 'a session below 1', { sessionId: 0 }),
    bad('auth.endSession', 'an unknown field', { sessionId: 1, userId: 1 }),
  ]
}

function factorCases(): BadInput[] {
  return [
    bad('auth.secondFactor', 'nothing', {}),
    bad('auth.secondFactor', 'an unknown method', { challenge: 'c', method: 'sms', code: '1' }),
    bad('auth.secondFactor', 'an operator object for a code', { challenge: 'c', method: 'totp', code: { $ne: null } }),
    bad('auth.secondFactor', 'a number for a code', { challenge: 'c', method: 'totp', code: 123_456 }),
    bad('auth.secondFactor', 'an empty code', { challenge: 'c', method: 'totp', code: '' }),
    bad('auth.passkeyOptions', 'null for a challenge', { challenge: null }),
    bad('auth.passkeyOptions', 'an address', { email: 'ada@example.test' }),
    bad('auth.passkeySignIn', 'nothing', {}),
    bad('auth.passkeySignIn', 'an object for the text', { assertion: {} }),
    operator(bad('auth.prove', 'nothing', {})),
    operator(bad('auth.prove', 'an unknown method', { method: 'none', code: 'p' })),
    operator(bad('auth.factors', 'an unknown field', { userId: 1 })),
    operator(bad('auth.beginPasskey', 'an unknown field', { userId: 1 })),
    operator(bad('auth.addPasskey', 'no name', { credential: '{}' })),
    operator(bad('auth.addPasskey', 'a text above 16,384 characters', { name: 'A', credential: 'x'.repeat(16_385) })),
    operator(bad('auth.renamePasskey', 'no name', { passkeyId: 'x' })),
    operator(bad('auth.removePasskey', 'an id of 1,365 characters', { passkeyId: 'x'.repeat(1_365) })),
    operator(bad('auth.beginTotp', 'an unknown field', { secret: 's' })),
    operator(bad('auth.confirmTotp', 'nothing', {})),
    operator(bad('auth.confirmTotp', 'a number for a code', { code: 123_456 })),
    operator(bad('auth.removeTotp', 'an unknown field', { userId: 1 })),
    operator(bad('auth.newRecoveryCodes', 'an unknown field', { count: 100 })),
    operator(bad('operators.removeFactors', 'nothing', {})),
  ]
}

function manageCases(): BadInput[] {
  return [
    operator(bad('operators.list', 'an unknown field', { disabled: true })),
    operator(bad('keys.create', 'no scope', { name: 'Shop', scopes: [] })),
    operator(bad('keys.create', 'an unknown scope', { name: 'Shop', scopes: ['admin'] })),
    operator(bad('keys.list', 'an unknown field', { all: true })),
    operator(bad('keys.delete', 'a word for a key', { keyId: 'all' })),
    operator(bad('identityKeys.create', 'nothing', {})),
    operator(bad('identityKeys.create', 'an unknown alg', { alg: 'none' })),
    operator(bad('identityKeys.create', 'a public key for HS256', { alg: 'HS256', publicKey: 'p' })),
    operator(bad('identityKeys.create', 'no public key for ES256', { alg: 'ES256' })),
    operator(bad('identityKeys.create', 'a public key that is none', { alg: 'ES256', publicKey: { kty: 'oct' } })),
    operator(bad('identityKeys.create', 'an own secret', { alg: 'HS256', secret: 'hush' })),
    operator(bad('identityKeys.list', 'an unknown field', { all: true })),
    operator(bad('identityKeys.delete', 'a kid of 65 characters', { kid: 'k'.repeat(65) })),
    operator(bad('audit.list', 'a word for a cursor', { cursor: 'x' })),
    operator(bad('audit.list', 'a limit of 101', { limit: 101 })),
    operator(bad('operators.invite', 'nothing', {})),
    operator(bad('operators.invite', 'an unknown access', { email: 'ada@example.test', access: 'owner' })),
    operator(bad('operators.disable', 'nothing', {})),
    operator(bad('operators.disable', 'a word for an operator', { operatorId: 'ada' })),
    operator(bad('operators.enable', 'an operator below 1', { operatorId: 0 })),
    operator(bad('operators.setAccess', 'no access', { operatorId: 1 })),
    operator(bad('operators.resetPassword', 'an operator below 1', { operatorId: 0 })),
  ]
}
