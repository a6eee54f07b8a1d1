import { readFile } from 'node:fs/promises'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { describeProcedures } from '../../describe-procedures.ts'
import { appRouter } from '../../router.ts'
import { collectRoutes } from '../rest-routes.ts'
import { openApiDocument } from './openapi-document.ts'
import { inputExamples, outputExamples } from './openapi-examples.ts'
import { openApiText } from './openapi-text.ts'

const procedures = describeProcedures(appRouter)
const routes = collectRoutes(appRouter)
const document = openApiDocument(routes)
const pathFields = new Map(routes.map((route) => [route.procedure, route.pathFields]))

describe('the OpenAPI document', () => {
  it('[REST-8] is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document))
    expect(result).toMatchObject({ valid: true })
  })

  it('[REST-8] equals the committed file: run `pnpm docs:generate`', async () => {
    const committed = await readFile(new URL('../../../openapi.json', import.meta.url), 'utf8')
    expect(openApiText(appRouter)).toBe(committed)
  })

  it('[REST-1] has the paths of the contract, and no other', () => {
    const rows = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${method.toUpperCase()} ${path} = ${operationId}`),
    )
    expect(rows.sort()).toEqual(
      [
        'DELETE /auth/sessions/{sessionId} = auth.endSession',
        'GET /auth/sessions = auth.sessions',
        'GET /chats = chats.list',
        'GET /chats/{id} = chats.get',
        'GET /chats/{id}/messages = messages.list',
        'GET /users/me = users.me',
        'DELETE /keys/{keyId} = keys.delete',
        'GET /keys = keys.list',
        'POST /keys = keys.create',
        'DELETE /identity-keys/{kid} = identityKeys.delete',
        'GET /identity-keys = identityKeys.list',
        'POST /identity-keys = identityKeys.create',
        'GET /audit = audit.list',
        'POST /audit/exports = audit.export',
        'GET /operators = operators.list',
        'POST /auth/accept = auth.accept',
        'POST /auth/guest = auth.guest',
        'POST /auth/identify = auth.identify',
        'POST /auth/password = auth.changePassword',
        'POST /auth/setup = auth.setUp',
        'POST /auth/sign-in = auth.signIn',
        'POST /auth/forgot-password = auth.forgotPassword',
        'POST /auth/reset-password = auth.resetPassword',
        'POST /auth/second-factor = auth.secondFactor',
        'POST /auth/passkey-options = auth.passkeyOptions',
        'POST /auth/passkey-sign-in = auth.passkeySignIn',
        'POST /auth/prove = auth.prove',
        'GET /auth/factors = auth.factors',
        'POST /auth/passkeys/options = auth.beginPasskey',
        'POST /auth/passkeys = auth.addPasskey',
        'POST /auth/passkeys/{passkeyId} = auth.renamePasskey',
        'DELETE /auth/passkeys/{passkeyId} = auth.removePasskey',
        'POST /auth/totp = auth.beginTotp',
        'POST /auth/totp/confirm = auth.confirmTotp',
        'DELETE /auth/totp = auth.removeTotp',
        'POST /auth/recovery-codes = auth.newRecoveryCodes',
        'POST /operators/{operatorId}/remove-factors = operators.removeFactors',
        'POST /operators/invitations = operators.invite',
        'POST /operators/{operatorId}/access = operators.setAccess',
        'POST /operators/{operatorId}/disable = operators.disable',
        'POST /operators/{operatorId}/enable = operators.enable',
        'POST /operators/{operatorId}/reset-password = operators.resetPassword',
        'POST /chats = chats.create',
        'POST /chats/{id}/assign-operator = chats.assignOperator',
        'POST /chats/{id}/close = chats.close',
        'POST /chats/{id}/messages = messages.send',
        'POST /chats/{id}/messages/{messageId}/edit = messages.edit',
        'POST /chats/{id}/messages/{messageId}/retract = messages.retract',
        'POST /chats/{id}/no-reply = chats.noReply',
        'POST /chats/{id}/read = chats.markRead',
        'POST /chats/{id}/release = chats.release',
        'POST /chats/{id}/reopen = chats.reopen',
        'POST /users/login = users.login',
        'POST /users/logout = users.logout',
      ].sort(),
    )
  })

  it('[REST-2] has the success statuses of the contract', () => {
    const statuses = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId, responses }) => [
        operationId,
        Object.keys(responses).filter((status) => status < '300'),
      ]),
    )
    expect(Object.fromEntries(statuses)).toEqual({
      'users.login': ['200'],
      'users.me': ['200'],
      'users.logout': ['204'],
      'auth.guest': ['201'],
      'auth.identify': ['200'],
      'auth.setUp': ['201'],
      'auth.signIn': ['200'],
      'auth.secondFactor': ['200'],
      'auth.passkeyOptions': ['200'],
      'auth.passkeySignIn': ['200'],
      'auth.prove': ['200'],
      'auth.factors': ['200'],
      'auth.beginPasskey': ['200'],
      'auth.addPasskey': ['201'],
      'auth.renamePasskey': ['200'],
      'auth.removePasskey': ['204'],
      'auth.beginTotp': ['200'],
      'auth.confirmTotp': ['200'],
      'auth.removeTotp': ['204'],
      'auth.newRecoveryCodes': ['200'],
      'operators.removeFactors': ['200'],
      'auth.accept': ['201'],
      'auth.changePassword': ['204'],
      'operators.list': ['200'],
      'audit.list': ['200'],
      'audit.export': ['201'],
      'keys.create': ['201'],
      'keys.list': ['200'],
      'keys.delete': ['204'],
      'identityKeys.create': ['201'],
      'identityKeys.list': ['200'],
      'identityKeys.delete': ['204'],
      'operators.invite': ['201'],
      'operators.disable': ['200'],
      'operators.enable': ['200'],
      'operators.setAccess': ['200'],
      'operators.resetPassword': ['201'],
      'auth.forgotPassword': ['204'],
      'auth.resetPassword': ['204'],
      'auth.sessions': ['200'],
      'auth.endSession': ['204'],
      'chats.create': ['200', '201'],
      'chats.list': ['200'],
      'chats.get': ['200'],
      'chats.close': ['200'],
      'chats.reopen': ['200'],
      'chats.assignOperator': ['200'],
      'chats.release': ['200'],
      'chats.noReply': ['200'],
      'chats.markRead': ['204'],
      'messages.send': ['200', '201'],
      'messages.list': ['200'],
      'messages.edit': ['200'],
      'messages.retract': ['200'],
    })
  })

  it('[REST-8] has examples that fit their schemas', () => {
    for (const { name, input, output } of procedures) {
      const example = inputExamples[name]
      const idOf = (field: string) => (field === 'passkeyId' ? 'AZ3n1cQm0h8' : 12)
      const known = Object.fromEntries((pathFields.get(name) ?? []).map(({ field }) => [field, idOf(field)]))
      if (example !== undefined)
        expect(input.safeParse({ ...known, ...(example as object) }).error, name).toBeUndefined()
      if (outputExamples[name] !== undefined)
        expect(output?.safeParse(outputExamples[name]).error, name).toBeUndefined()
    }
  })

  it('[REST-8] has an example for every response with a body', () => {
    const withBody = routes.filter((route) => route.success[204] === undefined)
    expect(withBody.map(({ procedure }) => procedure).sort()).toEqual(Object.keys(outputExamples).sort())
  })
})

describe('the router', () => {
  it('[REST-1] has an output schema, a summary and an access rule for every procedure', () => {
    for (const { name, type, meta, output } of procedures) {
      expect(type === 'subscription' ? meta.frame : output, name).toBeDefined()
      expect(type === 'subscription' ? meta.frame : output, name).not.toBeNull()
      expect(meta.summary, name).toMatch(/\.$/)
      expect(meta.access, name).toBeDefined()
    }
  })

  it('[REST-1] has the names of the contract', () => {
    expect(procedures.map(({ name }) => name).sort()).toEqual([
      'audit.export',
      'audit.list',
      'auth.accept',
      'auth.addPasskey',
      'auth.beginPasskey',
      'auth.beginTotp',
      'auth.changePassword',
      'auth.confirmTotp',
      'auth.endSession',
      'auth.factors',
      'auth.forgotPassword',
      'auth.guest',
      'auth.identify',
      'auth.newRecoveryCodes',
      'auth.passkeyOptions',
      'auth.passkeySignIn',
      'auth.prove',
      'auth.removePasskey',
      'auth.removeTotp',
      'auth.renamePasskey',
      'auth.resetPassword',
      'auth.secondFactor',
      'auth.sessions',
      'auth.setUp',
      'auth.signIn',
      'chats.assignOperator',
      'chats.close',
      'chats.create',
      'chats.events',
      'chats.get',
      'chats.list',
      'chats.markDelivered',
      'chats.markRead',
      'chats.noReply',
      'chats.page',
      'chats.release',
      'chats.reopen',
      'chats.typing',
      'identityKeys.create',
      'identityKeys.delete',
      'identityKeys.list',
      'inbox.events',
      'keys.create',
      'keys.delete',
      'keys.list',
      'messages.edit',
      'messages.list',
      'messages.retract',
      'messages.send',
      'messages.sendBatch',
      'operators.disable',
      'operators.enable',
      'operators.invite',
      'operators.list',
      'operators.removeFactors',
      'operators.resetPassword',
      'operators.setAccess',
      'users.login',
      'users.logout',
      'users.me',
      'users.online',
    ])
  })
})
