import { errorCode, retryAfterMs } from '@deskbell/sdk'
import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import { useLingui as useMacro } from '@lingui/react/macro'
import { CookieNotKept } from '../../lib/ask-to-sign-in.ts'
import { failureMessage } from '../error-message.ts'

const minuteMs = 60_000

/** A failure whose message is in words for the person. */
export class WordedError extends Error {}

/** Returns how a call of accounts failed, in words. */
export function useAccountErrorWords(): (error: unknown) => string {
  const { i18n } = useLingui()
  const { t } = useMacro()
  return (error) => {
    if (error instanceof WordedError) return error.message
    const minutes = Math.ceil(retryAfterMs(error) / minuteMs)
    if (error instanceof CookieNotKept)
      return t`This browser didn’t keep you signed in. Allow cookies for this site, or open it over https.`
    if (errorCode(error) === 'rate_limited' && minutes > 1)
      return t`${plural(minutes, { one: 'Too many attempts. Try again in # minute.', other: 'Too many attempts. Try again in # minutes.' })}`
    return i18n._(failureMessage(error))
  }
}

/** Returns the fields that the server refused. */
export function refusedFields(error: unknown): readonly string[] {
  const { data } = Object(error)
  const { errors } = Object(data)
  return Array.isArray(errors) ? errors.map((each) => String(Object(each).path)) : []
}
