import { nameCharsMax } from '@deskbell/contract/limits'
import { normalName } from '@deskbell/contract/normal-form'
import type { Role } from '@deskbell/contract/users'

/**
 * Returns the normal form of a name that was stored before names had one. Control characters and line breaks become
 * spaces, and characters that change the direction of text are removed. If the result still has no normal form, for
 * example because it has no visible character or is reserved, the name becomes `Client` or `Operator`.
 */
export function cleanName(stored: string, role: Role): string {
  if (normalName(stored).value === stored) return stored
  const oneLine = stored
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/(?![\u061c\u200e\u200f])\p{Bidi_Control}/gu, '')
  const cut = [...oneLine.trim()].slice(0, nameCharsMax).join('')
  return normalName(cut).value ?? nameless[role]
}

/** Not made from the e-mail address: clients see the names of operators and must not see their addresses. */
const nameless = { client: 'Client', operator: 'Operator' }
