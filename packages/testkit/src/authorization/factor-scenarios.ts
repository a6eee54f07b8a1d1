import type { ErrorCode } from '@deskbell/contract/errors'
import type { LoginOutput } from '@deskbell/contract/users'
import { beginPasskey } from '@deskbell/core/auth/factors/passkeys'
import { beginTotp } from '@deskbell/core/auth/factors/totp'
import { actorOf, newMember, accountPassword as password, signInByPassword } from '../accounts.ts'
import { emailOf, uniqueId } from '../factories.ts'
import { SoftAuthenticator } from '../soft-authenticator.ts'
import type { TestServer } from '../test-server.ts'

type Call = { token?: string; input?: unknown; at?: TestServer }
type Scenario = () => Promise<Call> | Call
type OfOperators = Record<'unauthenticated' | 'forbidden' | 'invalid_input', Scenario>

/** What scenarios are made of. `secure`: the server with accounts, and its admin. */
type Calls = {
  asAdmin: (input: object) => Scenario
  asClient: (input: unknown) => Scenario
  accountOnly: (input: object) => OfOperators
  unauthenticated: (input?: unknown) => { unauthenticated: Scenario }
  invalidAndForbidden: (input: object) => Record<'invalid_input' | 'forbidden', Scenario>
  secure: () => { server: TestServer; admin: LoginOutput }
}

const factor = { challenge: 'c', method: 'totp', code: '000000' }

/** A call for each error code of each procedure of second factors. */
export function factorScenarios(calls: Calls): Record<string, Partial<Record<ErrorCode, Scenario>>> {
  return {
    'auth.secondFactor': {
      ...calls.invalidAndForbidden(factor),
      invalid_credentials: () => ({ at: calls.secure().server, input: factor }),
    },
    'auth.passkeyOptions': {
      invalid_input: () => ({ at: calls.secure().server, input: { challenge: '' } }),
      forbidden: () => ({ input: {} }),
      invalid_credentials: () => ({ at: calls.secure().server, input: { challenge: 'c' } }),
    },
    'auth.passkeySignIn': {
      ...calls.invalidAndForbidden({ assertion: '{}' }),
      invalid_credentials: () => ({ at: calls.secure().server, input: { assertion: '{}' } }),
    },
    'auth.prove': {
      ...calls.accountOnly({ method: 'password', code: 'wrong' }),
      invalid_credentials: calls.asAdmin({ method: 'password', code: 'wrong' }),
    },
    'auth.factors': ofFactors(calls),
    'auth.beginPasskey': { ...ofFactors(calls), ...withoutProof(calls, {}) },
    'auth.addPasskey': {
      ...calls.accountOnly({ name: 'Laptop', credential: '{}' }),
      invalid_credentials: calls.asAdmin({ name: 'Laptop', credential: '{}' }),
      proof_required: () => addPasskeyLate(calls),
    },
    'auth.renamePasskey': {
      ...calls.accountOnly({ passkeyId: 'x', name: 'Laptop' }),
      not_found: calls.asAdmin({ passkeyId: 'x', name: 'Laptop' }),
    },
    'auth.removePasskey': {
      ...calls.accountOnly({ passkeyId: 'x' }),
      ...withoutProof(calls, { passkeyId: 'x' }),
      not_found: calls.asAdmin({ passkeyId: 'x' }),
    },
    'auth.beginTotp': { ...ofFactors(calls), ...withoutProof(calls, {}) },
    'auth.confirmTotp': {
      ...calls.accountOnly({ code: '000000' }),
      ...withoutProof(calls, { code: '000000' }),
      not_found: calls.asAdmin({ code: '000000' }),
      invalid_credentials: () => confirmWrongly(calls),
    },
    'auth.removeTotp': { ...ofFactors(calls), ...withoutProof(calls, {}), not_found: calls.asAdmin({}) },
    'auth.newRecoveryCodes': { ...ofFactors(calls), ...withoutProof(calls, {}), not_found: calls.asAdmin({}) },
    'operators.removeFactors': {
      ...calls.accountOnly({ operatorId: 1 }),
      ...withoutProof(calls, { operatorId: 1 }),
      not_found: calls.asAdmin({ operatorId: 999_999 }),
    },
  }
}

/** Of a call about the own factors, without an input. */
function ofFactors(calls: Calls): Record<'unauthenticated' | 'forbidden' | 'invalid_input', Scenario> {
  return { ...calls.unauthenticated(), forbidden: calls.asClient({}), invalid_input: calls.asAdmin({ x: 1 }) }
}

/** A call in a session whose last proof is too old. */
function withoutProof(calls: Calls, input: object): { proof_required: Scenario } {
  return { proof_required: async () => ({ at: calls.secure().server, token: await unprovedToken(calls), input }) }
}

async function unprovedToken({ secure }: Calls): Promise<string> {
  const { server, admin } = secure()
  const session = await signInByPassword(server.core, { email: emailOf(admin.user), password }, uniqueId('address'))
  const { sessionId } = await actorOf(server.core, session)
  await server.db.pool.query('update sessions set proved_at = null where id = $1', [sessionId])
  return session.token
}

/** The ceremony begins in time, and ends without a proof. */
async function addPasskeyLate({ secure }: Calls): Promise<Call> {
  const { server, admin } = secure()
  const { actor, token } = await newMember(server.core, { actor: await actorOf(server.core, admin) })
  const site = { origin: 'http://127.0.0.1', rpId: '127.0.0.1' }
  const { options } = await beginPasskey(server.core, actor, { address: '127.0.0.1', site })
  const credential = new SoftAuthenticator(site.origin).create(options)
  await server.db.pool.query('update sessions set proved_at = null where id = $1', [actor.sessionId])
  return { at: server, token, input: { name: 'Laptop', credential } }
}

async function confirmWrongly({ secure }: Calls): Promise<Call> {
  const { server, admin } = secure()
  const { actor, token } = await newMember(server.core, { actor: await actorOf(server.core, admin) })
  await beginTotp(server.core, actor, { address: '127.0.0.1' })
  return { at: server, token, input: { code: 'wrong' } }
}
