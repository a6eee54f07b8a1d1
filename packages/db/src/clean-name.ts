import { nameCharsMax } from '@deskbell/contract/limits'
import { normalName } from '@deskbell/contract/normal-form'
import type { Role } from '@deskbell/contract/users'

/** A name that was stored before names had a form: what separated words becomes a space, what cannot be seen goes. */
export function cleanName(stored: string, role: Role): string {
  if (normalName(stored).value === stored) return stored
  const oneLine = stored
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/(?![\u061c\u200e\u200f])\p{Bidi_Control}/gu, '')
  const cut = [...oneLine.trim()].slice(0, nameCharsMax).join('')
  return normalName(cut).value ?? nameless[role]
}

/** Nothing of the address: clients see the names of operators and not their addresses. */
const nameless = { client: 'Client', operator: 'Operator' }
