export type IconShapeProps = {
  /** The lines of the icon, in a square of 24. */
  readonly path: string
  readonly size?: number
  readonly flip?: boolean
  readonly strong?: boolean
}

/** All icons have one stroke style. An icon never carries a meaning alone. */
export function IconShape({ path, size = 16, flip = false, strong = false }: IconShapeProps) {
  return (
    <svg
      aria-hidden="true"
      className={`shrink-0 ${flip ? 'rtl:-scale-x-100' : ''}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={strong ? 2.75 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={path} />
    </svg>
  )
}
