import { hueOf, initials } from './initials.ts'

// Written out, because the stylesheet holds only the names that it can read here.
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
  large: 'size-10 text-small',
  row: 'size-9 text-meta',
  small: 'size-7 text-micro',
  tiny: 'size-4.5 text-[0.5625rem]',
}

type AvatarProps = {
  readonly id: number
  readonly name: string
  readonly size?: keyof typeof sizes
  /** A green dot for somebody who is here; the words for it stand elsewhere. */
  readonly here?: boolean | undefined
}

/** Initials on a hue of the person's own. Decoration: the name always stands beside it. */
export function Avatar({ id, name, size = 'large', here = false }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className={`relative inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold forced-frame ${sizes[size]} ${hueClasses[hueOf(id)]}`}
    >
      {initials(name)}
      {here && <span className="presence-dot absolute -end-px -bottom-px size-2.5 rounded-full border-2" />}
    </span>
  )
}
