import { Icon } from './icon.tsx'

/** The name of the product. */
export function Brand() {
  return (
    <span className="inline-flex items-center gap-2 text-title font-semibold">
      <span className="inline-flex size-8 items-center justify-center rounded-control bg-accent text-accent-on">
        <Icon name="bell" size={20} />
      </span>
      <span translate="no">Deskbell</span>
    </span>
  )
}
