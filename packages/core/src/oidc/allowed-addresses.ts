import { normalEmail } from '@deskbell/contract/normal-form'

/** The addresses that may sign in at the provider: `ann@example.com`, or `@example.com` for a whole domain. */
export class AllowedAddresses {
  readonly #addresses: ReadonlySet<string>
  readonly #domains: ReadonlySet<string>

  /** Throws for an entry that is neither. */
  constructor(entries: readonly string[]) {
    const normal = entries.map((entry) => normalEntry(entry))
    this.#addresses = new Set(normal.filter((entry) => !entry.startsWith('@')))
    this.#domains = new Set(normal.filter((entry) => entry.startsWith('@')))
  }

  /** `email`: in its normal form. A domain does not stand for its subdomains. */
  has(email: string): boolean {
    return this.#addresses.has(email) || this.#domains.has(email.slice(email.lastIndexOf('@')))
  }
}

function normalEntry(entry: string): string {
  const isDomain = entry.startsWith('@')
  const { value } = normalEmail(isDomain ? `any${entry}` : entry)
  if (value === undefined) throw new Error(`${entry} is neither an address nor a domain.`)
  return isDomain ? value.slice('any'.length) : value
}
