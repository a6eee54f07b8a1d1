import { useContext } from 'react'
import { UserContext } from '../lib/user-context.ts'
import { Icon } from './icon.tsx'

// Written in full, because the stylesheet contains only the class names that Tailwind finds in the source.
const hueClasses = [
  'avatar-0',
  'avatar-1',
  'avatar-2',
  'avatar-3',
  'avatar-4',
  'avatar-5',
  'avatar-6',
  'avatar-7',
  'avatar-8',
  'avatar-9',
  'avatar-10',
  'avatar-11',
]

const sizes = {
  huge: 'size-16 text-h2',
  large: 'size-10 text-small',
  row: 'size-9 text-meta',
  small: 'size-7 text-micro',
  tiny: 'size-4.5 text-[0.5625rem]',
}

type AvatarProps = {
  readonly id: number
  readonly name: string
  /** Of the picture. */
  readonly url?: string | null | undefined
  readonly size?: keyof typeof sizes
  /** Shows a green dot for a user who is online. The text for it must be elsewhere. */
  readonly online?: boolean | undefined
}

/**
 * Shows the user's picture. Before it has loaded, and where there is none, shows initials on the user's own hue, or the
 * outline of a person for a name without letters. Decorative: the name is always beside it.
 */
export function Avatar({ id, name, url, size = 'large', online = false }: AvatarProps) {
  // In a browser in which a client and an operator are signed in, the address says who asks.
  const role = useContext(UserContext)?.role
  return (
    <span
      aria-hidden="true"
      className={`relative inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold forced-frame ${sizes[size]} ${hueClasses[hueOf(id)]}`}
    >
      {initials(name) || <Icon name="person" size={16} />}
      {url && (
        <img
          key={url}
          // A list may have hundreds of rows. It stands before the address, which begins the load.
          loading="lazy"
          src={`${url}&role=${role}`}
          alt=""
          draggable={false}
          className="absolute inset-0 size-full rounded-full object-cover"
          onError={({ currentTarget }) => {
            currentTarget.hidden = true
          }}
        />
      )}
      {online && <span className="presence-dot absolute -end-px -bottom-px size-2.5 rounded-full border-2" />}
    </span>
  )
}

const hues = 12

/**
 * Returns the first letters of the first and last word: `Анна Мария Петрова` → `АП`; empty for a name without letters.
 */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(firstLetter)
  return letters.join('')
}

/** Returns one of twelve hues, always the same for one id. */
export function hueOf(id: number): number {
  return (Math.imul(id % 2 ** 31, 2_654_435_761) >>> 16) % hues
}

function firstLetter(word: string | undefined): string {
  return /[\p{L}\p{N}]/u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? ''
}
