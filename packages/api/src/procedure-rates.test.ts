import { expect, test } from 'vitest'
import { describeProcedures } from './describe-procedures.ts'
import { rateOf } from './procedure-meta.ts'
import { appRouter } from './router.ts'

test('[HTTP-20] every procedure has its rate: a new one needs a line here', () => {
  const byRate = Map.groupBy(describeProcedures(appRouter), rateOf)
  const names = Object.fromEntries([...byRate].map(([rate, procedures]) => [rate, procedures.map(({ name }) => name)]))
  expect(names).toEqual({
    signIn: [
      'users.login',
      'auth.secondFactor',
      'auth.passkeyOptions',
      'auth.passkeySignIn',
      'auth.prove',
      'auth.setUp',
      'auth.signIn',
      'auth.accept',
      'auth.forgotPassword',
      'auth.resetPassword',
      'auth.guest',
      'auth.identify',
    ],
    read: [
      'users.me',
      'users.online',
      'auth.factors',
      'auth.sessions',
      'operators.list',
      'audit.list',
      'keys.list',
      'identityKeys.list',
      'chats.list',
      'chats.get',
      'chats.markRead',
      'chats.markDelivered',
      'chats.typing',
      'chats.page',
      'chats.events',
      'messages.list',
      'inbox.events',
    ],
    change: [
      'users.logout',
      'auth.beginPasskey',
      'auth.addPasskey',
      'auth.renamePasskey',
      'auth.removePasskey',
      'auth.beginTotp',
      'auth.confirmTotp',
      'auth.removeTotp',
      'auth.newRecoveryCodes',
      'auth.changePassword',
      'auth.endSession',
      'operators.invite',
      'operators.disable',
      'operators.enable',
      'operators.resetPassword',
      'operators.setAccess',
      'operators.removeFactors',
      'keys.create',
      'keys.delete',
      'identityKeys.create',
      'identityKeys.delete',
      'chats.create',
      'chats.close',
      'chats.reopen',
      'chats.assignOperator',
      'chats.release',
      'chats.noReply',
    ],
    send: ['messages.send', 'messages.sendBatch', 'messages.edit', 'messages.retract'],
  })
})
