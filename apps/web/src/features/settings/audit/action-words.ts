import type { AppRouter } from '@deskbell/sdk'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { inferRouterInputs } from '@trpc/server'

export type AuditFilter = Omit<inferRouterInputs<AppRouter>['audit']['export'], 'format'>
export type AuditAction = NonNullable<AuditFilter['action']>

/** What somebody did, after a name: every action that the server writes into the audit log. */
export const actionWords: Readonly<Record<AuditAction, MessageDescriptor>> = {
  'auth.setUp': msg`set up the server`,
  'auth.accept': msg`accepted an invitation`,
  'auth.changePassword': msg`changed the password`,
  'auth.forgotPassword': msg`asked for a new password by email`,
  'auth.resetPassword': msg`chose a new password by a link`,
  'auth.secondFactor': msg`signed in with a recovery code`,
  'auth.addPasskey': msg`added a passkey`,
  'auth.renamePasskey': msg`renamed a passkey`,
  'auth.removePasskey': msg`removed a passkey`,
  'auth.beginTotp': msg`began to set up an authenticator app`,
  'auth.confirmTotp': msg`set up an authenticator app`,
  'auth.removeTotp': msg`removed the authenticator app`,
  'auth.newRecoveryCodes': msg`made new recovery codes`,
  'auth.oidcAccept': msg`accepted an invitation by single sign-on`,
  'auth.oidcLink': msg`connected the account to single sign-on`,
  'auth.oidcSignIn': msg`signed in by single sign-on`,
  'operators.invite': msg`invited an operator`,
  'operators.disable': msg`disabled an operator`,
  'operators.enable': msg`enabled an operator`,
  'operators.setAccess': msg`changed the access of an operator`,
  'operators.resetPassword': msg`made a new password link for an operator`,
  'operators.removeFactors': msg`removed the second step of an operator`,
  'operator add': msg`let an operator in`,
  'keys.create': msg`made an API key`,
  'keys.delete': msg`deleted an API key`,
  'identityKeys.create': msg`added an identity key`,
  'identityKeys.delete': msg`removed an identity key`,
  'audit.export': msg`exported the audit log`,
}

/** Returns undefined for an action that is newer than this page. */
export function wordsOf(action: string): MessageDescriptor | undefined {
  return Object.hasOwn(actionWords, action) ? actionWords[action as AuditAction] : undefined
}
