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

/** Initials on a hue of the person's own. Decoration: the name always stands beside it. */
export function Avatar({ id, name, small = false }: { id: number; name: string; small?: boolean }) {
  const size = small ? 'size-7 text-micro' : 'size-10 text-small'
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 select-none items-center justify-center rounded-full font-medium ${size} ${hueClasses[hueOf(id)]}`}
    >
      {initials(name)}
    </span>
  )
}
